import Foundation
import ONNX
import Tensors
import Testing

/// Elements of every type, as they are stored.
struct WireTensorTests {
  private func constant(_ tensor: TensorMessage) throws -> Constant {
    try tensor.constant("w", files: WeightFiles(folder: nil, allowance: ReadingAllowance(fileSize: 1000)))
  }

  /// The elements of a raw tensor; made by `onnx.numpy_helper` and `ml_dtypes` (onnx 1.23.2).
  @Test(
    arguments: [
      (.float, [0x00, 0x00, 0xC0, 0x3F, 0x00, 0x00, 0x80, 0xFF], [1.5, -.infinity]),
      (.double, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], [1.5, -2]),
      (.float16, [0x00, 0x3E, 0x01, 0x00, 0x00, 0xFC], [1.5, 0x1p-24, -.infinity]),
      (.bfloat16, [0xC0, 0x3F, 0x80, 0xFF], [1.5, -.infinity]),
      (.float8e4m3fn, [0x00, 0x01, 0x38, 0x7E, 0xB8, 0x7F], [0, 0x1p-9, 1, 448, -1, .nan]),
      (.float8e4m3fnuz, [0x00, 0x01, 0x40, 0x7F, 0xC0, 0x80], [0, 0x1p-10, 1, 240, -1, .nan]),
      (.float8e5m2, [0x00, 0x01, 0x3C, 0x7B, 0xFC, 0x7D], [0, 0x1p-16, 1, 57344, -.infinity, .nan]),
      (.float8e5m2fnuz, [0x00, 0x01, 0x40, 0x7F, 0xC0, 0x80], [0, 0x1p-17, 1, 57344, -1, .nan]),
      (.float8e8m0, [0x00, 0x7F, 0x80, 0xFE, 0xFF], [0x1p-127, 1, 2, 0x1p127, .nan]),
      (.float4e2m1, [0x10, 0x32, 0x54, 0x76, 0x0F], [0, 0.5, 1, 1.5, 2, 3, 4, 6, -6]),
    ] as [(ElementType, [UInt8], [Float])])
  func realNumbers(_ type: ElementType, _ bytes: [UInt8], _ values: [Float]) throws {
    let constant = try constant(TensorMessage("w", type, [values.count], raw: Data(bytes)))
    #expect(constant.type == type)
    #expect(constant.shape == [values.count])
    #expect(constant.tensor.scalars.elementsEqual(values) { $0 == $1 || $0.isNaN && $1.isNaN })
    guard type != .float, type != .double else { return }
    // The same bits in `int32_data`.
    let width = max(type.bitWidth!, 8) / 8
    var writer = ProtobufWriter()
    writer.ints(
      stride(from: 0, to: bytes.count, by: width).map { Int(bytes[$0]) | (width > 1 ? Int(bytes[$0 + 1]) << 8 : 0) }, 1)
    var tensor = TensorMessage("w", type, [values.count])
    tensor.int32Data = writer.data.dropFirst(2)
    #expect(try self.constant(tensor).tensor.scalars.elementsEqual(values) { $0 == $1 || $0.isNaN && $1.isNaN })
  }

  @Test(
    arguments: [
      (.uint8, [0x00, 0xFF], [0, 255]), (.int8, [0x80, 0x7F], [-128, 127]), (.uint16, [0xFF, 0xFF], [65535]),
      (.int16, [0x00, 0x80], [-32768]), (.uint32, [0xFF, 0xFF, 0xFF, 0xFF], [4_294_967_295]),
      (.int32, [0xFE, 0xFF, 0xFF, 0xFF], [-2]), (.int64, [0, 0, 0, 0, 0, 0, 0, 0x80], [.min]),
      (.uint64, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [.max]), (.bool, [0, 1, 2], [0, 1, 1]),
      (.uint4, [0xF0, 0x08], [0, 15, 8]), (.int4, [0x80, 0x07], [0, -8, 7]),
      (.uint2, [0b1110_0100, 0b01], [0, 1, 2, 3, 1]), (.int2, [0b1110_0100, 0b10], [0, 1, -2, -1, -2]),
    ] as [(ElementType, [UInt8], [Int])])
  func wholeNumbers(_ type: ElementType, _ bytes: [UInt8], _ values: [Int]) throws {
    let constant = try constant(TensorMessage("w", type, [values.count], raw: Data(bytes)))
    #expect(constant.type == type)
    #expect(constant.integers == values)
    // In the list of the type.
    var tensor = TensorMessage("w", type, [values.count])
    var writer = ProtobufWriter()
    writer.ints(type.bitWidth! < 8 ? bytes.map { Int($0) } : values, 1)
    let packed = writer.data.dropFirst(2)
    switch type {
    case .int64: tensor.int64Data = packed
    case .uint32, .uint64: tensor.uint64Data = packed
    default: tensor.int32Data = packed
    }
    #expect(try self.constant(tensor).integers == values)
  }

  @Test func scalarsAndEmptyTensors() throws {
    let scalar = try constant(TensorMessage("w", .int64, [], raw: Data([7, 0, 0, 0, 0, 0, 0, 0])))
    #expect(scalar.shape == [] && scalar.integers == [7])
    let empty = try constant(TensorMessage("w", .float, [0, 3]))
    #expect(empty.shape == [0, 3] && empty.tensor.count == 0)
    var listed = TensorMessage("w", .float, [2])
    listed.floatData = Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    #expect(try constant(listed).tensor.scalars == [1, 2])
    var double = TensorMessage("w", .double, [1])
    double.doubleData = Data([0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    #expect(try constant(double).tensor.scalars == [1.5])
  }

  @Test func impossibleTensorsAreRefused() {
    func isRefused(_ tensor: TensorMessage, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
      do {
        _ = try constant(tensor)
        Issue.record("it was read", sourceLocation: sourceLocation)
      } catch {
        let problem = (error as? ModelFailure)?.problem ?? "\(error)"
        #expect(problem.contains(text), "\(problem)", sourceLocation: sourceLocation)
      }
    }
    func listed(_ type: ElementType, _ bytes: [UInt8], _ count: Int = 1) -> TensorMessage {
      var tensor = TensorMessage("w", type, [count])
      tensor.int32Data = Data(bytes)
      return tensor
    }
    isRefused(TensorMessage("w", .float, [2], raw: Data(count: 7)), "takes 8 bytes, but has 7")
    isRefused(TensorMessage("w", .float, [2], raw: Data(count: 12)), "takes 8 bytes, but has 12")
    isRefused(TensorMessage("w", .int4, [3], raw: Data(count: 1)), "takes 2 bytes, but has 1")
    isRefused(TensorMessage("w", .float, [2]), "takes 8 bytes, but has 0")
    isRefused(TensorMessage("w", .float, [-1], raw: Data(count: 4)), "impossible shape")
    isRefused(TensorMessage("w", .float, [1 << 40, 1 << 40], raw: Data(count: 4)), "impossible shape")
    isRefused(TensorMessage("w", .float, [.max, 4, 0]), "impossible shape")
    isRefused(TensorMessage("w", .complex128, [1 << 40], raw: Data(count: 4)), "complex128")
    isRefused(TensorMessage("w", .float, [Int](repeating: 1, count: 65), raw: Data(count: 4)), "65 dimensions")
    isRefused(TensorMessage("w", .string, [1]), "string")
    isRefused(TensorMessage("w", .uint64, [1], raw: Data(repeating: 0xFF, count: 8)), "2⁶³")
    isRefused(listed(.uint8, [0x80, 0x02]), "more than 8 bits")
    isRefused(listed(.int16, [0x80, 0x80, 0x80, 0x80, 0x01]), "more than 16 bits")
    isRefused(listed(.int32, [0x80]), "or no end")
    isRefused(listed(.int32, [0x01, 0x80]), "more than 32 bits")
    isRefused(listed(.int32, [UInt8](repeating: 0x80, count: 10) + [0x01]), "more than 32 bits")
    isRefused(listed(.int32, [0x01, 0x02]), "takes 4 bytes, but has 8")
    var unknown = TensorMessage("w", .float, [1], raw: Data(count: 4))
    unknown.elementType = 99
    isRefused(unknown, "type 99")
  }
}
