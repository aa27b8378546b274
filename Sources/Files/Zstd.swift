private import CZstd
public import Foundation

/// Compresses `data` into one Zstandard frame that carries its size and a check sum.
///
/// The same bytes at the same level give the same frame with the same version of the library.
/// - Parameter level: 1 (fast) to 19 (small).
public func compressZstd(_ data: Data, level: Int = 19) throws -> Data {
  precondition((1...22).contains(level), "compressZstd: level \(level) is not in 1...22")
  guard let context = ZSTD_createCCtx() else { throw OutOfMemory() }
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, CInt(level))
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  var output = Data(count: ZSTD_compressBound(data.count))
  let count = output.withUnsafeMutableBytes { target in
    data.withUnsafeBytes { source in
      ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
    }
  }
  guard ZSTD_isError(count) == 0 else { throw OutOfMemory() }
  return output.prefix(count)
}
