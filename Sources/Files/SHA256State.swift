import Foundation

#if canImport(CryptoKit)
  private import CryptoKit
#else
  private import COpenSSL
#endif

/// SHA-256 of bytes that come piece by piece, by the library of the system: CryptoKit, or OpenSSL's libcrypto.
///
/// It can't be copied, so no state is, and neither are the bytes. A library that can't hash by SHA-256 is broken, or there is no
/// memory left: then the program stops.
struct SHA256State: ~Copyable {
  #if canImport(CryptoKit)
    private var hash = SHA256()

    mutating func add(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// The 32 bytes of the hash.
    consuming func finish() -> [UInt8] { Array(hash.finalize()) }
  #else
    private let hash: OpaquePointer

    private static let isStarted = robust_openssl_start()

    init() {
      guard Self.isStarted, let hash = robust_sha256_new() else {
        fatalError("SHA-256: OpenSSL's libcrypto does not offer it, or there is no memory left")
      }
      self.hash = hash
    }

    deinit { robust_sha256_free(hash) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      guard robust_sha256_add(hash, bytes.baseAddress, bytes.count) else {
        fatalError("SHA-256: OpenSSL's libcrypto refuses \(bytes.count) bytes")
      }
    }

    /// The 32 bytes of the hash.
    consuming func finish() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
        guard robust_sha256_finish(hash, bytes.baseAddress) else {
          fatalError("SHA-256: OpenSSL's libcrypto gives no hash")
        }
        count = 32
      }
    }
  #endif
}
