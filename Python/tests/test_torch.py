import numpy as np
import pytest
from support import IMAGES, LABELS, NHWC_IMAGES, WEIGHTS, check, check_gradient, framework

import robust

torch = None


@pytest.fixture(autouse=True)
def installed():
    global torch
    torch = framework("torch")
    torch.manual_seed(0)


def linear():
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 5, bias=False))
    with torch.no_grad():
        model[1].weight.copy_(torch.from_numpy(WEIGHTS))
    return model


def convolutional():
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.BatchNorm2d(8), torch.nn.Tanh(), torch.nn.Dropout(0.5), torch.nn.Flatten(),
        torch.nn.Linear(8 * 36, 5),
    )


def test_a_module_is_swept_and_left_as_it_was():
    model = linear().train()
    check(robust.sweep(model, torch.from_numpy(IMAGES), torch.from_numpy(LABELS), epsilon=["2/255"], quiet=True))
    assert model.training and all(parameter.grad is None for parameter in model.parameters())


def test_gradients_are_those_of_torch_in_eval_mode():
    module = convolutional().train()
    module[1].eval()  # frozen statistics, which the whole's mode must not undo
    model = robust.model(module)
    check_gradient(model)
    assert module.training and not module[1].training and module[3].training
    x = torch.from_numpy(IMAGES[:4].copy()).requires_grad_(True)
    seed = torch.randn(4, 5)
    module.eval()(x).backward(seed)
    assert np.allclose(model.gradient(IMAGES[:4], seed.numpy()), x.grad.numpy(), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_types(dtype):
    exact = robust.model(convolutional().eval())
    torch.manual_seed(0)
    model = robust.model(convolutional().eval().to(getattr(torch, dtype)))
    seed = np.eye(5, dtype="f4")[:3]
    tolerance = {"float64": 1e-5, "float32": 1e-6, "bfloat16": 0.1, "float16": 2e-2}[dtype]
    for found, wanted in (
        (model.scores(IMAGES[:3]), exact.scores(IMAGES[:3])), (model.gradient(IMAGES[:3], seed), exact.gradient(IMAGES[:3], seed)),
        # The gradient of a loss that is nearly 0 does not vanish, in 16 bits either.
        (model.gradient(IMAGES[:3], seed * 1e-9) * 1e9, exact.gradient(IMAGES[:3], seed)),
    ):
        assert found.dtype == np.float32 and np.allclose(found, wanted, atol=tolerance * np.abs(wanted).max())


def test_images_go_to_the_device_and_answers_come_back(monkeypatch):
    """A device of pretence: whatever is computed on it complains about tensors that were not brought there."""

    class Elsewhere(torch.Tensor):
        @property
        def device(self):
            return "elsewhere:0"

        def cpu(self):
            return self.as_subclass(torch.Tensor)

        def numpy(self):
            raise TypeError("can't convert elsewhere:0 device type tensor to numpy")

    moved, original = [], torch.Tensor.to

    def to(self, *arguments, device=None, **options):
        if str(device) == "elsewhere:0":
            moved.append(tuple(self.shape))
            return original(self, **options).as_subclass(Elsewhere)
        if arguments and isinstance(arguments[0], Elsewhere):
            return original(self, torch.float32).as_subclass(Elsewhere)
        return original(self, *arguments, **({"device": device} if device is not None else {}), **options)

    monkeypatch.setattr(torch.Tensor, "to", to)

    class Far(torch.nn.Module):
        def parameters(self, recurse=True):
            return iter([torch.from_numpy(WEIGHTS).as_subclass(Elsewhere)])

        def forward(self, x):
            assert isinstance(x, Elsewhere)
            return x.flatten(1) @ torch.from_numpy(WEIGHTS).as_subclass(Elsewhere).T

    model = robust.model(Far())
    seed = np.ones((2, 5), "f4")
    assert np.allclose(model.scores(IMAGES[:2]), IMAGES[:2].reshape(2, -1) @ WEIGHTS.T, atol=1e-4)
    assert np.allclose(model.gradient(IMAGES[:2], seed), (seed @ WEIGHTS).reshape(2, 3, 6, 6), atol=1e-4)
    assert moved


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_real_devices(device):
    if not (torch.cuda.is_available() if device == "cuda" else torch.backends.mps.is_available()):
        pytest.skip(f"NOT TESTED: torch on the device {device}, which is not here")
    check_gradient(robust.model(convolutional().to(device)))
    check_gradient(robust.model(lambda x, net=convolutional().eval().to(device): net(x), framework="torch", device=device))


def test_functions_of_torch_are_told_by_their_answer():
    net = linear().eval()
    check_gradient(robust.model(lambda x: net(x)))
    with torch.no_grad():  # of the caller
        check_gradient(robust.model(lambda x: net(x), framework="torch"))


def test_answers_of_transformers():
    class Answer:
        def __init__(self, logits):
            self.logits = logits

    class Transformer(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = linear()

        def forward(self, x):
            return Answer(self.net(x))

    check_gradient(robust.model(Transformer()))


def test_channels_last():
    class Last(torch.nn.Module):
        def forward(self, x):
            assert x.shape[1:] == (6, 6, 3)
            return x.permute(0, 3, 1, 2).flatten(1) @ torch.from_numpy(WEIGHTS).T

    check_gradient(robust.model(Last(), layout="nhwc"))
    # Torch modules are given the channels first, however images are held.
    check(robust.sweep(linear(), NHWC_IMAGES, LABELS, epsilon=["2/255"], checks="none", quiet=True))


def test_what_gives_no_gradient_says_so():
    class Blind(torch.nn.Module):
        @torch.no_grad()
        def forward(self, x):
            return x.flatten(1) @ torch.from_numpy(WEIGHTS).T

    with pytest.raises(robust.RobustError, match="no gradient of the scores") as caught:
        robust.sweep(Blind(), IMAGES, LABELS, epsilon=["2/255"], quiet=True)
    assert isinstance(caught.value.__cause__, ValueError)
    robust.sweep(
        robust.model(Blind(), gradients=False), IMAGES, LABELS, attack="uniform-noise", epsilon=["2/255"], checks="none", quiet=True
    )
    with pytest.raises(ValueError, match="tuple"):
        robust.model(lambda x: (torch.as_tensor(x), 1), framework="torch").scores(IMAGES[:1])


def test_random_models_are_found_out():
    class Random(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = linear()

        def forward(self, x):
            return self.net(x + 0.2 * torch.randn_like(x))

    run = robust.sweep(Random(), IMAGES, LABELS, epsilon=["2/255"], quiet=True)
    assert any("random" in str(value) or "determin" in str(value) for value in run.findings["check"])


def test_hashes_tell_weights_and_layers_apart():
    def made(layer, seed=0):
        torch.manual_seed(seed)
        return robust.model(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(108, 5), layer)).hash

    assert made(torch.nn.ReLU()) == made(torch.nn.ReLU())
    assert len({made(torch.nn.ReLU()), made(torch.nn.Tanh()), made(torch.nn.ReLU(), 1)}) == 3
