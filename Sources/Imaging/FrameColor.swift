/// Colours of frames that say how an image fared, as red, green and blue (Okabe & Ito's, which the colour-blind can tell
/// apart).
package enum FrameColor {
  package static let blue: [UInt8] = [0, 114, 178]
  package static let orange: [UInt8] = [213, 94, 0]
}
