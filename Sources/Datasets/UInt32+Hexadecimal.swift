extension UInt32 {
  /// Eight digits, as magic numbers are written: `0x00000803`.
  var hexadecimal: String {
    let digits = String(self, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
