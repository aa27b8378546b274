import ONNX
import Tensors
import Testing

struct ConstantTests {
  @Test func computedWholeNumbersAreWholeAgain() {
    let constant = Constant(computed: Tensor([3, -2], shape: [2]), type: .int64)
    #expect(constant.integers == [3, -2])
    #expect(constant.tensor.scalars == [3, -2])
  }
}
