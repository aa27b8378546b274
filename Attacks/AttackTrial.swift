import Models
public import Tensors

/// What an attack sees of a model: the images that it has yet to beat at one budget, and what it may ask.
///
/// Every question is counted, every answer judged, and the last successful image kept, or the last one. An image leaves when
/// it is beaten: `originals` and every `AttackIterate` that is asked about shrink together.
public final class AttackTrial {
  /// ε, in the unit of `norm`.
  public let budget: Float
  /// On the grid of 8-bit images if the attack is.
  public let norm: any Norm
  public let isTargeted: Bool
  /// The original images of those that are left, `[count, channel, row, column]`.
  public private(set) var originals: Tensor

  private let target: AttackTarget
  private let shared: SharedGradients
  private let options: AttackOptions
  private let streamKey: UInt64
  /// Positions in the batch of those that are left.
  private var rows: [Int]
  /// How many steps the current start has led to.
  private var step = 0
  private(set) var outcome: AttackOutcome

  init(
    _ target: AttackTarget, _ outcome: AttackOutcome, rows: [Int], norm: any Norm, shared: SharedGradients,
    options: AttackOptions, streamKey: UInt64
  ) {
    (self.target, self.outcome, self.rows, self.norm, self.shared) = (target, outcome, rows, norm, shared)
    (self.options, self.streamKey) = (options, streamKey)
    budget = outcome.budget
    isTargeted = target.goal.isTargeted
    originals = target.images.rows(at: rows)
  }

  /// Whether every image is beaten.
  public var isOver: Bool { rows.isEmpty }

  /// 1 if an attack climbs `objective`, −1 if it descends.
  public func sign(of objective: Objective) -> Float { objective.ascends(isTargeted: isTargeted) ? 1 : -1 }

  // MARK: - Where to start

  /// The original images of those that are not beaten.
  public func start() -> AttackIterate {
    begin()
    return AttackIterate(images: originals, isOriginal: true)
  }

  /// Random images around the originals of those that are not beaten: other ones for each `restart`.
  public func randomStart(
    restart: Int, _ images: (_ originals: Tensor, _ streams: [RandomStream]) -> Tensor
  ) -> AttackIterate {
    begin()
    let streams = rows.map {
      RandomStream(seed: options.seed, UInt64(options.imageIDs?[$0] ?? $0), streamKey, UInt64(restart), 0)
    }
    return AttackIterate(images: images(originals, streams), isOriginal: false)
  }

  private func begin() {
    step = 0
    dropBeaten()
  }

  private func dropBeaten() {
    var unused = AttackIterate(images: originals, isOriginal: false)
    keep(rows.indices.filter { !outcome.accounts[rows[$0]].succeeded }, of: &unused)
  }

  // MARK: - What to ask

  /// The gradient of `objective` at `iterate`, which is judged first; nil if no image is left.
  ///
  /// - Parameter keepsBeaten: whether images that are beaten stay.
  /// - Throws: `CancellationError` if the attack is to give up.
  public func gradient(
    of objective: Objective, at iterate: inout AttackIterate, keepsBeaten: Bool = false
  ) throws -> Tensor? {
    guard !rows.isEmpty else { return nil }
    try options.checkCancellation()
    let gradient: Tensor
    if iterate.isOriginal {
      // Before the attack, the model was right about it.
      let (all, charged) = shared.gradient(of: objective)
      for row in charged {
        outcome.accounts[row].forwards += 1
        outcome.accounts[row].backwards += 1
      }
      gradient = all.rows(at: rows)
      iterate.isOriginal = false
    } else {
      let pass = target.pass(rows, at: iterate.images)
      note(pass, at: iterate.images, isLast: false)
      let kept = rows.indices.filter { keepsBeaten || !outcome.accounts[rows[$0]].succeeded }
      guard !kept.isEmpty else {
        keep([], of: &iterate)
        return nil
      }
      try options.checkCancellation()
      let whole = pass.gradient(of: objective, at: Array(kept))
      gradient = kept.count < rows.count ? whole.rows(at: kept) : whole
      keep(kept, of: &iterate)
      for row in rows { outcome.accounts[row].backwards += 1 }
    }
    step += 1
    noteSuspicious(gradient)
    return gradient
  }

  /// Asks the model about the last images of a start, which are those returned if nothing better was found. Those that are
  /// beaten leave.
  ///
  /// - Throws: `CancellationError` if the attack is to give up.
  public func judge(_ iterate: AttackIterate) throws {
    guard !rows.isEmpty else { return }
    try options.checkCancellation()
    note(target.pass(rows, at: iterate.images, isDifferentiable: false), at: iterate.images, isLast: true)
    dropBeaten()
  }

  // MARK: - Accounts

  /// Keeps the images at `positions` of those that are left.
  private func keep(_ positions: [Int], of iterate: inout AttackIterate) {
    guard positions.count < rows.count else { return }
    rows = positions.map { rows[$0] }
    originals = originals.rows(at: positions)
    iterate.images = iterate.images.rows(at: positions)
    iterate.memory = iterate.memory.map { $0.rows(at: positions) }
  }

  private func note(_ pass: AttackPass, at current: Tensor, isLast: Bool) {
    var changed: [Int] = []
    let isFinite = pass.scores.rowsAreFinite()
    for (position, prediction) in pass.scores.argmaxOfRows().enumerated() {
      let row = rows[position]
      outcome.accounts[row].forwards += 1
      if !isFinite[position] { outcome.accounts[row].nonFiniteScore = true }
      let isReached = target.goal.isReached(by: prediction, at: row, label: target.labels[row])
      if isReached {
        outcome.accounts[row].succeeded = true
        outcome.accounts[row].firstSuccess = outcome.accounts[row].firstSuccess ?? step
      }
      if isReached || (isLast && !outcome.accounts[row].succeeded) {
        outcome.accounts[row].prediction = prediction
        outcome.accounts[row].isJudged = true
        changed.append(position)
      }
    }
    outcome.images = outcome.images.replacingRows(changed.map { rows[$0] }, with: current.rows(at: changed))
  }

  private func noteSuspicious(_ gradient: Tensor) {
    let stride = gradient.shape.withoutBatch.count
    gradient.withUnsafeBuffer { gradient in
      for (position, row) in rows.enumerated() {
        let elements = gradient[position * stride..<(position + 1) * stride]
        outcome.accounts[row].invalidGradients += elements.reduce(0) { $1.isFinite ? $0 : $0 + 1 }
        if elements.allSatisfy({ $0 == 0 || $0.isNaN }) { outcome.accounts[row].zeroGradient = true }
      }
    }
  }
}

/// Where an attack is.
public struct AttackIterate {
  /// `[count, channel, row, column]`, of the images that are left.
  public var images: Tensor
  /// Whatever else an attack keeps of each image, `[count, …]`: it shrinks with the images.
  public var memory: [Tensor] = []
  /// Whether `images` are the originals, of which the model has been asked already.
  fileprivate(set) var isOriginal: Bool
}
