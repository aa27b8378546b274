public import Foundation

/// ONNX files of linear classifiers, byte by byte: `Flatten → Gemm → Softmax`.
public enum TinyONNX {
  /// scores = W x + b, behind a softmax, for images `[channels, rows, columns]` in batches of any size.
  ///
  /// - Parameters:
  ///   - weights: `[classes][channels · rows · columns]`.
  ///   - dimensions: those after the batch, as the file has them.
  ///   - external: the file beside it that holds the weights, which are then left out: little-endian floats.
  public static func linear(
    _ weights: [[Float]], bias: [Float]? = nil, input dimensions: [Int], external: String? = nil, opset: UInt64 = 17
  ) -> Data {
    let (classes, count) = (weights.count, weights[0].count)
    let elements = weights.flatMap { $0 }
    let graph =
      field(1, node("Flatten", ["images"], "flat"))
      + field(1, node("Gemm", ["flat", "weights", "bias"], "scores", attributes: [integer("transB", 1)]))
      + field(1, node("Softmax", ["scores"], "probabilities"))
      + field(2, Data("linear".utf8))
      + field(
        5,
        external.map { tensor("weights", [classes, count], in: $0) } ?? tensor("weights", [classes, count], elements))
      + field(5, tensor("bias", [classes], bias ?? [Float](repeating: 0, count: classes)))
      + field(11, value("images", dimensions)) + field(12, value("probabilities", [classes]))
    return number(1, 8) + field(2, Data("by hand".utf8)) + field(7, graph) + field(8, number(2, opset))
  }

  private static func node(_ type: String, _ inputs: [String], _ output: String, attributes: [Data] = []) -> Data {
    inputs.reduce(Data()) { $0 + field(1, Data($1.utf8)) } + field(2, Data(output.utf8))
      + field(3, Data("the \(type)".utf8)) + field(4, Data(type.utf8)) + attributes.reduce(Data()) { $0 + field(5, $1) }
  }

  private static func integer(_ name: String, _ value: UInt64) -> Data {
    field(1, Data(name.utf8)) + number(3, value) + number(20, 2)
  }

  /// As files hold them.
  public static func bytes(_ values: [Float]) -> Data {
    values.reduce(into: Data()) { bytes, value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  private static func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> Data {
    header(name, shape) + field(9, bytes(values))
  }

  private static func tensor(_ name: String, _ shape: [Int], in file: String) -> Data {
    header(name, shape) + field(13, field(1, Data("location".utf8)) + field(2, Data(file.utf8))) + number(14, 1)
  }

  private static func header(_ name: String, _ shape: [Int]) -> Data {
    shape.reduce(Data()) { $0 + number(1, UInt64($1)) } + number(2, 1) + field(8, Data(name.utf8))
  }

  /// Of floats, with a batch called N before `dimensions`.
  private static func value(_ name: String, _ dimensions: [Int]) -> Data {
    let batch = field(1, field(2, Data("N".utf8)))
    let shape = dimensions.reduce(batch) { $0 + field(1, number(1, UInt64($1))) }
    return field(1, Data(name.utf8)) + field(2, field(1, number(1, 1) + field(2, shape)))
  }

  private static func field(_ tag: UInt64, _ bytes: Data) -> Data {
    varint(tag << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func number(_ tag: UInt64, _ value: UInt64) -> Data { varint(tag << 3) + varint(value) }

  private static func varint(_ value: UInt64) -> Data {
    var (value, bytes) = (value, Data())
    while value > 0x7F {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
