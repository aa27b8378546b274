"""Whether an image classifier withstands adversarial attack, and how far that answer can be trusted.

    import robust

    run = robust.sweep(model, images, labels, attack="fgsm", epsilon=[1 / 255, 2 / 255, 4 / 255])
    run.accuracy            # a table: one row for each model, attack, goal and ε
    run.records             # one row for each image of them

`model` is a torch module, a Keras model, a JAX or other function from images to scores, a scikit-learn classifier, the path of an
ONNX file or of a checkpoint, or a `robust.Model`. The program `robust` does the work; the model is asked where it is, so that its
own framework and device compute scores and gradients.
"""

from ._command import RobustError, version
from ._models import Model, model
from ._run import Comparison, Minimum, Run, Table
from ._tasks import check, compare, export, minimum, sweep

__all__ = [
    "Comparison", "Minimum", "Model", "RobustError", "Run", "Table", "check", "compare", "export", "minimum", "model", "sweep",
    "version",
]
