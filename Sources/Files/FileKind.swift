/// What a file is by its first bytes, so that a message can name what was given in place of what was wanted.
///
/// Formats without a mark of their own (pickle, protocol buffers) are told by bytes that nothing else begins with, and where
/// these leave a doubt by the ending of the name.
public enum FileKind: String, CaseIterable, Sendable {
  case empty, folder, savedModelFolder, coreMLFolder, sparseFile
  case gitLFSPointer, webPage, xml, json, text
  case pytorch, legacyPyTorch, pickle, hdf5, keras, onnx, savedModel, tensorFlowCheckpoint, tensorFlowLite, gguf, coreML
  case safetensors, numpy, npz, matlab, idx
  case gzip, zstd, bzip2, xz, lz4, sevenZip, rar, tar, zip
  case png, jpeg, gif, webP, tiff, bmp, pdf, sqlite, parquet, arrow, program

  /// The most bytes from either end of a file that are looked at.
  public static let prefixLength = 1 << 16

  /// In words, with an article: `a Git LFS pointer, which stands for a file that is stored elsewhere`.
  public var description: String {
    switch self {
    case .empty: "an empty file"
    case .folder: "a folder"
    case .savedModelFolder: "the folder of a TensorFlow SavedModel"
    case .coreMLFolder: "a Core ML package"
    case .sparseFile: "a file of zeros, as a download leaves that reserved its place and did not finish"
    case .gitLFSPointer: "a Git LFS pointer, which stands for a file that is stored elsewhere"
    case .webPage: "a web page (HTML)"
    case .xml: "an XML file"
    case .json: "a JSON file"
    case .text: "a text file"
    case .pytorch: "a PyTorch file (.pt, .pth)"
    case .legacyPyTorch: "a PyTorch file (.pt, .pth) of the format before version 1.6"
    case .pickle: "a Python pickle"
    case .hdf5: "an HDF5 file (.h5)"
    case .keras: "a Keras model (.keras)"
    case .onnx: "an ONNX model"
    case .savedModel: "a graph of TensorFlow (.pb), as in a SavedModel"
    case .tensorFlowCheckpoint: "part of a TensorFlow checkpoint"
    case .tensorFlowLite: "a TensorFlow Lite model"
    case .gguf: "a GGUF model"
    case .coreML: "a Core ML model"
    case .safetensors: "a safetensors file"
    case .numpy: "a NumPy array (.npy)"
    case .npz: "an archive of NumPy arrays (.npz)"
    case .matlab: "a MATLAB file (.mat)"
    case .idx: "an IDX file, as MNIST comes in"
    case .gzip: "a gzip file"
    case .zstd: "a Zstandard file"
    case .bzip2: "a bzip2 file"
    case .xz: "an xz file"
    case .lz4: "an LZ4 file"
    case .sevenZip: "a 7z archive"
    case .rar: "a RAR archive"
    case .tar: "a tar archive"
    case .zip: "a ZIP archive"
    case .png: "a PNG picture"
    case .jpeg: "a JPEG picture"
    case .gif: "a GIF picture"
    case .webP: "a WebP picture"
    case .tiff: "a TIFF picture"
    case .bmp: "a BMP picture"
    case .pdf: "a PDF document"
    case .sqlite: "an SQLite database"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow file"
    case .program: "a program or a library of one"
    }
  }

  /// How to come by what was wanted, whatever that was; nil if that depends on it.
  public var remedy: String? {
    switch self {
    case .gitLFSPointer:
      "fetch the file itself: `git lfs pull` in the repository that it is from, or download it there once more"
    case .webPage, .xml:
      "download the file itself: such a page comes in its place if the address is wrong or asks to log in"
    case .empty, .sparseFile: "get the file once more: nothing of it arrived"
    case .folder: "name a file inside it"
    case .zip, .tar, .sevenZip, .rar: "unpack it, and name the file that was inside"
    case .bzip2, .xz, .lz4: "decompress it first; gzip and Zstandard are read as they are"
    default: nil
    }
  }
}
