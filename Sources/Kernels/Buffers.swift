/// What a kernel reads: row-major floats. Shapes were checked by the caller.
package typealias Floats = UnsafeBufferPointer<Float>

/// What a kernel writes; every element is written unless the kernel says that it adds.
package typealias MutableFloats = UnsafeMutableBufferPointer<Float>

/// The kernels: loops over dense row-major floats, each on the calling thread alone.
package enum Kernels {}
