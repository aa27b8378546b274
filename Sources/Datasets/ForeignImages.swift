import Diagnostics
import Files

/// Names files that hold no NumPy arrays for what they are, and says how their images become a data set.
enum ForeignImages {
  static func refusal(_ path: String) -> InputError {
    let kind = FileKind(ofFile: path)
    let what = kind.map { "is \($0.description), and not images with labels in an .npz or .npy file" }
    return InputError(
      .dataset, path, what ?? "is not images with labels in an .npz or .npy file, nor anything else that is known here",
      remedy: kind.flatMap(remedy) ?? kind?.remedy ?? "load it in Python, and save its images x and labels y: \(save)")
  }

  private static let save = ArrayFiles.save("x", "y")

  /// How images come out of a file of `kind`; `nil` if it is unlikely to hold any.
  private static func remedy(_ kind: FileKind) -> String? {
    switch kind {
    case .pytorch, .legacyPyTorch:
      "if it holds images and labels, load it by torch.load, and save both: \(ArrayFiles.save("x.numpy()", "y.numpy()")); "
        + "a model is given by \(Setting.models)"
    case .hdf5:
      "if it holds images and labels, open it by h5py.File, and save both: \(ArrayFiles.save("f[\"x\"][:]", "f[\"y\"][:]"))"
    case .pickle: "load it by pickle.load, if you trust where it is from, and save its images x and labels y: \(save)"
    case .matlab: "load it by scipy.io.loadmat, and save its images x and labels y: \(save)"
    case .idx:
      "put it with the other files of the data set into a folder called mnist or fashion-mnist, and give "
        + "\(Setting.dataset.set(to: "mnist")) or fashion-mnist and the folder by \(Setting.data)"
    case .zip:
      "unpack it, and name the file of arrays that was inside; of pictures, make one array x of bytes, and \(save)"
    case .png, .jpeg:
      "name the folder that holds a folder of such files for each class, or a CSV file of file,label that lists them"
    case .gif, .webP, .tiff, .bmp:
      "put all pictures into one array x of bytes, [count, rows, columns] or [count, rows, columns, 3], and save it with their "
        + "classes y: \(save)"
    case .onnx, .keras, .savedModel, .savedModelFolder, .tensorFlowCheckpoint, .tensorFlowLite, .gguf, .coreML,
      .coreMLFolder, .safetensors:
      "\(Setting.dataset) names images, \(Setting.models) a model: save images x and labels y by \(save)"
    case .parquet, .arrow, .sqlite, .json, .text:
      "read it in Python, and save its images x, [count, rows, columns], and labels y: \(save)"
    default: nil
    }
  }
}
