extension Kernels {
  /// The determinants of `count` matrices, `size` × `size`, in double precision.
  package static func determinants(_ input: Floats, count: Int, size: Int, into output: MutableFloats) {
    for matrix in 0..<count {
      var elements = (0..<size * size).map { Double(input[matrix * size * size + $0]) }
      var determinant = 1.0
      for step in 0..<size {
        let pivot = (step..<size).max { abs(elements[$0 * size + step]) < abs(elements[$1 * size + step]) }!
        guard elements[pivot * size + step] != 0 else {
          determinant = 0
          break
        }
        if pivot != step {
          determinant = -determinant
          for i in 0..<size { elements.swapAt(pivot * size + i, step * size + i) }
        }
        determinant *= elements[step * size + step]
        for row in step + 1..<size {
          let factor = elements[row * size + step] / elements[step * size + step]
          for i in step..<size { elements[row * size + i] -= factor * elements[step * size + i] }
        }
      }
      output[matrix] = Float(determinant)
    }
  }

  /// The gradient times the matrix of cofactors: each is the determinant of a matrix whose row and column are those of the
  /// unit matrix, which exists for singular matrices too.
  package static func reverseOfDeterminants(
    _ input: Floats, gradient: Floats, count: Int, size: Int, into result: MutableFloats
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size * size + 1) { buffer in
      let cofactor = MutableFloats(rebasing: buffer[(size * size)...])
      let minor = MutableFloats(rebasing: buffer[..<(size * size)])
      for matrix in 0..<count {
        let x = input.baseAddress! + matrix * size * size
        for row in 0..<size {
          for column in 0..<size {
            for i in 0..<size * size {
              let isHere = i / size == row
              minor[i] = isHere || i % size == column ? (isHere && i % size == column ? 1 : 0) : x[i]
            }
            determinants(Floats(minor), count: 1, size: size, into: cofactor)
            result[matrix * size * size + row * size + column] = gradient[matrix] * cofactor[0]
          }
        }
      }
    }
  }
}
