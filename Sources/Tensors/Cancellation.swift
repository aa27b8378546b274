/// What `body` returns, or nil if it stopped because it was told to: the end of work that knows no other.
///
/// Whoever starts long work hands it a function that says whether to stop. It is asked between steps, and work that stops
/// throws Swift's `CancellationError`, so that nothing half-done is taken for a result.
package func unlessCancelled<Result>(_ body: () throws -> Result) throws -> Result? {
  do {
    return try body()
  } catch is CancellationError {
    return nil
  }
}
