import CMachine
import Runs
import Tensors

/// Measures what the machine can do at most: multiply-adds in registers, and a triad through memory.
func measureMachine() throws -> Reply.Machine {
  let widest = Int(machine_widest_lanes())
  var flops: [String: [String: Double]] = [:]
  for lanes in [4, 8, 16] where lanes <= widest && (lanes > 4 || widest == 4) {
    for threads in [1, 2] { flops["\(lanes)", default: [:]]["\(threads)"] = try fmaRate(lanes, threads) }
  }
  var bandwidth: [String: Double] = [:]
  for threads in [1, 2] { bandwidth["\(threads)"] = try triadRate(threads) }
  let host = RunFacts.Host.current
  return Reply.Machine(
    widestLanes: widest, flops: flops, bandwidth: bandwidth, kernels: host.kernels ?? "", oneDNN: host.oneDNN ?? "")
}

/// The best of several tries: other work on the machine only ever lowers it.
private func fmaRate(_ lanes: Int, _ threads: Int) throws -> Double {
  var best = 0.0
  for _ in 0..<40 {
    let rates = try parallelMap(count: threads, threads: threads) { _ in machine_fma_rate(Int32(lanes), 500_000) }
    best = max(best, rates.reduce(0, +))
  }
  return best
}

/// Bytes per second over three arrays of 64 MiB a thread, far more than the caches hold.
private func triadRate(_ threads: Int) throws -> Double {
  let count = 1 << 24
  let arrays = (0..<threads).map { _ in (0..<3).map { _ in Tensor(repeating: 1, shape: [count]) } }
  let targets = arrays.map {
    Unshared(pointer: $0[0].withUnsafeBuffer { UnsafeMutablePointer(mutating: $0.baseAddress!) })
  }
  var best = Double.infinity
  for _ in 0..<7 {
    let elapsed = try seconds {
      _ = try parallelMap(count: threads, threads: threads) { thread in
        arrays[thread][1].withUnsafeBuffer { b in
          arrays[thread][2].withUnsafeBuffer { c in
            machine_triad(targets[thread].pointer, b.baseAddress!, c.baseAddress!, 0.5, Int64(count))
          }
        }
      }
    }
    best = min(best, elapsed)
  }
  return withExtendedLifetime(arrays) { Double(threads * 3 * count * 4) / best }
}

/// Memory that one thread at a time writes. `@unchecked Sendable` for that reason.
private struct Unshared: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
}
