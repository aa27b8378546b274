private import CZstd
import Diagnostics
public import Foundation

/// Compresses `data` into one Zstandard frame that carries its size and a check sum.
///
/// The same bytes at the same level give the same frame with the same version of the library.
/// - Parameter level: 1 (fast) to 19 (small).
public func compressZstd(_ data: Data, level: Int = 19) throws -> Data {
  var output = Data(count: ZSTD_compressBound(data.count))
  let count = try output.withUnsafeMutableBytes { target in
    try data.withUnsafeBytes { try compressZstd($0, into: target, level: level) }
  }
  return output.prefix(count)
}

/// Compresses the file at `source` into a new one at `target`, to the same bytes as `compressZstd` does.
///
/// Both are mapped, so that files of any size can be compressed.
/// - Throws: `InputError` if one can't be read or the other can't be written; part of it may then be there.
package func compressZstd(fileAt source: String, to target: String, level: Int = 19) throws {
  let input = try Data(contentsOf: URL(filePath: source), options: .alwaysMapped)
  let bound = ZSTD_compressBound(input.count)
  // Room is taken before it is mapped: a full disk is then an error, not a signal.
  let zeros = Data(count: 1 << 20)
  for start in stride(from: 0, to: bound, by: zeros.count) {
    try AtomicFile.appendUnflushed(zeros.prefix(bound - start), to: target)
  }
  let descriptor = open(target, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
  defer { close(descriptor) }
  let map = mmap(nil, bound, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
  guard let map, map != MAP_FAILED else { throw OutOfMemory() }
  defer { munmap(map, bound) }
  let count = try input.withUnsafeBytes {
    try compressZstd($0, into: UnsafeMutableRawBufferPointer(start: map, count: bound), level: level)
  }
  guard ftruncate(descriptor, off_t(count)) == 0 else {
    throw InputError(.output, target, "can't be written: \(OpenFile.message(errno))", remedy: "choose another place")
  }
}

/// - Returns: how many bytes of `target`, which holds `ZSTD_compressBound` of `source`, the frame takes.
private func compressZstd(
  _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, level: Int
) throws -> Int {
  precondition((1...22).contains(level), "compressZstd: level \(level) is not in 1...22")
  guard let context = ZSTD_createCCtx() else { throw OutOfMemory() }
  defer { ZSTD_freeCCtx(context) }
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, CInt(level))
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  let count = ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
  guard ZSTD_isError(count) == 0 else { throw OutOfMemory() }
  return count
}
