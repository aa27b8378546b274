private import CZlib
private import CZstd

/// What is wrong with a compressed stream.
struct StreamFailure: Error {
  let problem: String
  var remedy = "get the file again: it is damaged or was not copied to its end"
}

/// Turns compressed bytes into plain ones, a piece at a time.
protocol StreamDecoder: AnyObject {
  /// All bytes produced so far.
  var total: Int { get }
  /// Whether the last call filled its output, so that more may come without further input.
  var mayHoldOutput: Bool { get }
  /// Consumes a prefix of `input` and writes a prefix of `output`; says how long both are.
  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> (consumed: Int, produced: Int)
  /// Called when there is no more input.
  /// - Throws: `StreamFailure` if the stream is not complete.
  func finish() throws
}

/// A file that is not compressed.
final class PlainDecoder: StreamDecoder {
  private(set) var total = 0
  let mayHoldOutput = false

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> (consumed: Int, produced: Int) {
    let count = min(input.count, output.count)
    output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
    total += count
    return (count, count)
  }

  func finish() {}
}

/// gzip (RFC 1952), several members in a row included.
final class GzipDecoder: StreamDecoder {
  private var stream = z_stream()
  private(set) var total = 0
  private(set) var mayHoldOutput = false
  private var isBetweenMembers = false

  init() throws {
    // 15 window bits, plus 16 for gzip's own header and check sum.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw StreamFailure(problem: "can't be decompressed: zlib did not start")
    }
  }

  deinit { inflateEnd(&stream) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> (consumed: Int, produced: Int) {
    if isBetweenMembers, !input.isEmpty {
      inflateReset(&stream)
      isBetweenMembers = false
    }
    guard !isBetweenMembers else { return (0, 0) }
    stream.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.avail_in = UInt32(input.count)
    stream.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.avail_out = UInt32(output.count)
    let status = inflate(&stream, Z_NO_FLUSH)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw StreamFailure(problem: "is not a sound gzip stream: \(stream.msg.map { String(cString: $0) } ?? "damaged")")
    }
    isBetweenMembers = status == Z_STREAM_END
    let produced = output.count - Int(stream.avail_out)
    total += produced
    mayHoldOutput = !isBetweenMembers && stream.avail_out == 0
    return (input.count - Int(stream.avail_in), produced)
  }

  func finish() throws {
    guard isBetweenMembers else { throw StreamFailure(problem: "is a gzip stream that ends too early") }
  }
}

/// Zstandard (RFC 8878), several frames in a row included.
final class ZstdDecoder: StreamDecoder {
  private let context: OpaquePointer
  private(set) var total = 0
  private(set) var mayHoldOutput = false
  private var isFrameComplete = false

  init() throws {
    guard let context = ZSTD_createDCtx() else {
      throw StreamFailure(problem: "can't be decompressed: zstd did not start")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> (consumed: Int, produced: Int) {
    if isFrameComplete, input.isEmpty { return (0, 0) }
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(context, &target, &source)
    guard ZSTD_isError(status) == 0 else {
      throw StreamFailure(problem: "is not a sound Zstandard stream: \(String(cString: ZSTD_getErrorName(status)))")
    }
    isFrameComplete = status == 0
    total += target.pos
    mayHoldOutput = !isFrameComplete && target.pos == output.count
    return (source.pos, target.pos)
  }

  func finish() throws {
    guard isFrameComplete else { throw StreamFailure(problem: "is a Zstandard stream that ends too early") }
  }
}
