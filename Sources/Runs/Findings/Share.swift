/// `part of whole (share%)`.
package func share(_ part: Int, of whole: Int) -> String {
  let tenths = whole > 0 ? (1000 * Double(part) / Double(whole)).rounded() / 10 : 0
  return "\(part) of \(whole) (\(tenths)%)"
}
