internal import COneDNN

/// What every call into oneDNN goes through.
enum OneDNN {
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
