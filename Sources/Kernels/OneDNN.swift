internal import COneDNN

/// What every call into oneDNN goes through.
package enum OneDNN {
  /// Its version and the instructions that it chose by itself, for example `2.6.0, AVX-512`.
  package static var version: String {
    let version = dnnl_version().pointee
    let chosen = dnnl_get_effective_cpu_isa().rawValue
    let names: [(dnnl_cpu_isa_t, String)] = [
      (dnnl_cpu_isa_avx512_core, "AVX-512"), (dnnl_cpu_isa_avx2, "AVX2"), (dnnl_cpu_isa_avx, "AVX"),
      (dnnl_cpu_isa_sse41, "SSE4.1"),
    ]
    let name = names.first { chosen & $0.0.rawValue == $0.0.rawValue }?.1
    return "\(version.major).\(version.minor).\(version.patch)" + (name.map { ", \($0)" } ?? "")
  }

  private static let setThreads: robust_set_threads? = robust_openmp_set_threads()

  /// Makes oneDNN work on the calling thread only.
  ///
  /// OpenMP's thread count belongs to the calling thread, so each thread that enters oneDNN has to set its own; we run
  /// chunks of images in parallel instead.
  static func useOneThread() { setThreads?(1) }

  /// Traps with `status` and `context` unless the call succeeded: a failure here is a mistake of ours, not of the user.
  static func check(_ status: dnnl_status_t, _ context: @autoclosure () -> String) {
    precondition(status == dnnl_success, "oneDNN failed with status \(status.rawValue): \(context())")
  }
}
