import Foundation

/// Does what it is asked for on standard input, one JSON line a request, and answers each with one JSON line.
@main struct Worker {
  static func main() {
    var worker = Worker()
    // Whoever reads the other end of the pipe is the one to decide what a broken one means.
    signal(SIGPIPE, SIG_IGN)
    while let line = readLine() {
      let reply: Reply
      do {
        reply = try worker.answer(try JSONDecoder().decode(Request.self, from: Data(line.utf8)))
      } catch {
        reply = Reply(error: "\(error)")
      }
      guard let data = try? JSONEncoder().encode(reply) else { exit(70) }
      FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
  }

  private var cases: [String: any LoadedCase] = [:]

  private mutating func answer(_ request: Request) throws -> Reply {
    switch request.action {
    case .machine:
      return Reply(machine: try measureMachine())
    case .export:
      try exportModel(try required(request.model, "model"), to: try required(request.path, "path"))
      return Reply()
    case .images:
      try exportImages(
        of: try required(request.dataset, "dataset"), count: try required(request.count, "count"),
        to: try required(request.path, "path"))
      return Reply()
    case .load:
      let id = try required(request.id, "id")
      cases[id] = try load(try required(request.case, "case"))
      return Reply()
    case .check:
      try loaded(request).results().write(to: try required(request.path, "path"))
      return Reply()
    case .time:
      let work = try loaded(request)
      return Reply(seconds: try (0..<(request.repetitions ?? 1)).map { _ in try seconds { try work.run() } })
    case .memory:
      return Reply(memory: try measureMemory(of: try load(try required(request.case, "case"))))
    case .release:
      cases[try required(request.id, "id")] = nil
      return Reply()
    }
  }

  private func loaded(_ request: Request) throws -> any LoadedCase {
    let id = try required(request.id, "id")
    guard let found = cases[id] else { throw WorkerError("no case \(id) is loaded") }
    return found
  }

  private func load(_ requested: Case) throws -> any LoadedCase {
    switch requested.work {
    case .model: try ModelCase(requested)
    case .layer: try LayerCase(requested)
    case .training: try TrainingCase(requested)
    case .trainer: try TrainerCase(requested)
    case .sweep: try SweepCase(requested)
    }
  }
}

/// A case with everything loaded.
protocol LoadedCase {
  /// Does the work once.
  func run() throws
  /// What one run computes, by name, for comparison with the peer.
  func results() throws -> Results
}

/// A case of one forward and one reverse pass.
protocol TwoPasses: LoadedCase {
  /// Runs the forward pass, calls `body` while everything kept for the reverse pass is alive, then runs the reverse pass.
  func run(between body: () -> Void) throws
}

/// A request that can't be fulfilled.
struct WorkerError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

func required<Value>(_ value: Value?, _ name: String) throws -> Value {
  guard let value else { throw WorkerError("the request has no “\(name)”") }
  return value
}

/// How long `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let duration = try ContinuousClock().measure(body)
  return Double(duration.components.seconds) + 1e-18 * Double(duration.components.attoseconds)
}
