import Attacks

/// A fingerprint of a set of records that does not depend on their order: how many there are, and the sum of their hashes.
///
/// It tells damage, not forgery: a store keeps it up to date with every append, and whoever reads all records compares.
struct RecordChecksum: Sendable, Hashable {
  var count = 0
  var sum: UInt64 = 0

  mutating func add(_ record: EvaluationRecord) {
    count += 1
    sum &+= Self.hash(record)
  }

  /// Every field is multiplied in, in order, and its high bits are folded down (as in MurmurHash3's finaliser).
  private static func hash(_ record: EvaluationRecord) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    func mix(_ value: UInt64) {
      hash = (hash ^ value) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
    }
    func mix(_ value: Int) { mix(UInt64(bitPattern: Int64(value))) }
    mix(record.model)
    mix(record.attack)
    mix(record.goal)
    mix(record.target ?? -1)
    mix(record.budget)
    mix(record.image)
    mix(record.label)
    mix(record.cleanPrediction)
    mix(record.prediction)
    mix(record.success ? 1 : 0)
    mix(record.attacked ? 1 : 0)
    // SQLite keeps no sign of zero. Earlier versions recorded two norms only.
    for case let distance? in record.distances.values { mix(UInt64((distance + 0).bitPattern)) }
    mix(record.forwards)
    mix(record.backwards)
    mix(record.seed)
    mix(record.flags.rawValue)
    return hash
  }
}
