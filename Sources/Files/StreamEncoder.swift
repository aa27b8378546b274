private import CZlib
private import CZstd

/// Turns plain bytes into compressed ones, a piece at a time.
protocol StreamEncoder: AnyObject {
  /// Consumes all of `input` and hands what is ready to `write`; after the `last` input, all that was held back as well.
  func encode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws
}

/// What is not compressed.
final class PlainEncoder: StreamEncoder {
  func encode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    if !input.isEmpty { try write(input) }
  }
}

/// gzip (RFC 1952), one member without name or time: equal bytes give equal files with the same version of zlib.
final class GzipEncoder: StreamEncoder {
  private var stream = z_stream()
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  init(level: Int = 6) throws {
    // 15 window bits, plus 16 for gzip's own header and check sum.
    let status = deflateInit2_(
      &stream, CInt(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      CInt(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw OutOfMemory() }
  }

  deinit { deflateEnd(&stream) }

  func encode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    stream.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(input.count)
    var isFull = true
    // Input is left, or output held back, only if the buffer was filled.
    while isFull {
      isFull = try buffer.withUnsafeMutableBytes { output in
        stream.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(output.count)
        deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        try write(UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(stream.avail_out))]))
        return stream.avail_out == 0
      }
    }
  }
}

/// Zstandard (RFC 8878), one frame with a check sum: equal bytes give equal files with the same version of the library.
final class ZstdEncoder: StreamEncoder {
  private let context: OpaquePointer
  private var buffer = [UInt8](repeating: 0, count: 1 << 17)

  init(level: Int = 9) throws {
    guard let context = ZSTD_createCCtx() else { throw OutOfMemory() }
    self.context = context
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, CInt(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  func encode(
    _ input: UnsafeRawBufferPointer, isLast: Bool, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var isDone = false
    while !isDone {
      isDone = try buffer.withUnsafeMutableBytes { output in
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let rest = ZSTD_compressStream2(context, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
        guard ZSTD_isError(rest) == 0 else { throw OutOfMemory() }
        try write(UnsafeRawBufferPointer(rebasing: output[..<target.pos]))
        return isLast ? rest == 0 : source.pos == source.size
      }
    }
  }
}

/// The compressor could not get its working memory: the one way in which compressing can fail.
struct OutOfMemory: Error, CustomStringConvertible {
  let description = "not enough memory to compress"
}
