import Models
import Tensors

extension CNN: ExportedNetwork {
  func write(_ image: String, to writer: inout GraphWriter) -> String {
    var x = configuration.writePreparation(of: image, to: &writer)
    for index in configuration.channels.indices {
      x = writer.layer("convolution\(index + 1)") { writer in
        let layer = "convolution\(index + 1)"
        let sums = writer.convolution(
          x, parameters["\(layer).weight"], bias: parameters["\(layer).bias"], padding: configuration.kernelSize / 2,
          "convolution")
        let pooled = writer.node(
          "MaxPool", [sums], "pooling", .ints("kernel_shape", [2, 2]), .ints("strides", [2, 2]))
        return writer.relu(pooled, "relu")
      }
    }
    x = writer.node("Flatten", [x], "flatten", .int("axis", 1))
    x = writer.layer("hidden") { writer in
      writer.relu(writer.linear(x, parameters["hidden.weight"], bias: parameters["hidden.bias"], "linear"), "relu")
    }
    return writer.linear(x, parameters["readout.weight"], bias: parameters["readout.bias"], "readout")
  }
}
