import Crypto
import Foundation

/// SHA-256 of `data`, lower-case hexadecimal.
func sha256Hex(_ data: Data) -> String {
  SHA256.hash(data: data).map { byte in
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }.joined()
}
