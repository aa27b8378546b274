"""How many operations a layer takes: what its speed is divided by to get a share of the machine's peak.

A fused multiply-add counts as two operations, any other addition, subtraction or multiplication as one. Counted is what the
kernels' loops over votes, assignments and taps do, votes that are computed again included; comparisons, and what is done
once per parent or output (logarithms, divisions, biases, packing) are left out, as are the lanes that a layer of few parent
types leaves empty.

EM routing with matrix poses, per child, parent and position; F is a multiply-add.
  forward, every iteration       vote 64 F, mean 16 F, variance 16 + 16 + 16 F, r = R a 1, its sums 5
  but for the last               distance 16 + 16 + 16 F, log probability 1, softmax 1 + (9 F + 3) + 1
  reverse, but for the last      vote less mean 64 F, sums for mean and variance 16 + 16 + 16 F, sum of z 1
  but for the first              vote 64 F, less mean 16, gradient of r 32 F, ⟨R, g⟩ 1 F, z = R a (g − ⟨R, g⟩) 3; R anew:
                                 distance 16 + 16 + 16 F, log probability 1, exponential 1 + (9 F + 3)
  once, with T iterations        vote less mean 64 F, gradient of r 32 F, all r 1 T, gradient of the vote, a linear function
                                 of the vote, 32 F for each of 2 T − 2 terms, 16 F + 16 F; gradient of the pose 64 F
  once, if wanted                gradient of the weight 64 F

Convolution, per output element and tap, and linear, per output and input: forward 1 F, by the input 1 F, by the weight
1 F.
"""
import dataclasses


@dataclasses.dataclass
class Work:
    """Floating-point operations of one run, and the instructions a processor needs at least (a multiply-add is one)."""
    operations: float
    instructions: float

    @property
    def ceiling(self):
        """The share of the multiply-add peak that these operations can reach at most."""
        return self.operations / (2 * self.instructions)


class Tally:
    def __init__(self):
        self.fused = self.plain = 0.0

    def add(self, times, fused=0, plain=0):
        self.fused += times * fused
        self.plain += times * plain

    @property
    def work(self):
        return Work(2 * self.fused + self.plain, self.fused + self.plain)


@dataclasses.dataclass
class Routed:
    """An EM-routed layer."""
    name: str
    title: str
    rows: int
    columns: int
    child_types: int
    parent_types: int
    kernel: tuple
    stride: int
    iterations: int

    @property
    def output(self):
        return [(self.rows - self.kernel[0]) // self.stride + 1, (self.columns - self.kernel[1]) // self.stride + 1]

    @property
    def request(self):
        return {"kind": "em", "name": self.name}

    @property
    def shapes(self):
        types = [self.rows, self.columns, self.child_types]
        parents = self.output + [self.parent_types]
        if self.name == "classes":
            parents = [1, 1, self.parent_types]
        return {"poses": types + [4, 4], "activations": types,
                "gradient_output_poses": parents + [4, 4], "gradient_scores": parents}

    def work(self, mode, batch):
        votes = (batch * self.output[0] * self.output[1] * self.kernel[0] * self.kernel[1] * self.child_types
                 * self.parent_types)
        tally, count = Tally(), self.iterations
        tally.add(votes * count, fused=64 + 16 + 16, plain=32 + 6)
        tally.add(votes * (count - 1), fused=16 + 9, plain=32 + 1 + 1 + 3 + 1)
        if mode != "forward":
            tally.add(votes * (count - 1), fused=64 + 16, plain=32 + 1)
            tally.add(votes * (count - 1), fused=64 + 32 + 1, plain=16 + 3)
            tally.add(votes * (count - 1), fused=16 + 9, plain=32 + 1 + 1 + 3)
            tally.add(votes, fused=64 + 32 + 32 * max(1, 2 * count - 2) + 32 + 64, plain=count)
        if mode == "all":
            tally.add(votes, fused=64)
        return tally.work


@dataclasses.dataclass
class Plain:
    """A convolution, a linear layer or a pooling."""
    name: str
    title: str
    request: dict
    input: list
    output: list
    # Multiply-adds of the forward pass per image.
    products: int

    @property
    def shapes(self):
        return {"input": self.input, "gradient_output": self.output}

    def work(self, mode, batch):
        if not self.products:
            return None
        tally = Tally()
        tally.add(batch * self.products, fused={"forward": 1, "input": 2, "all": 3}[mode])
        return tally.work


def convolution(name, title, input_shape, filters, size, stride, padding, relu):
    channels, rows, columns = input_shape
    output = [filters, (rows + 2 * padding - size) // stride + 1, (columns + 2 * padding - size) // stride + 1]
    request = {"kind": "convolution", "name": name, "stride": stride, "padding": padding, "relu": relu}
    return Plain(name, f"{title}, {channels}→{filters} of {rows}×{columns}", request, list(input_shape), output,
                 output[0] * output[1] * output[2] * channels * size * size)


def layers(configuration):
    """The layers of a network, from its configuration in a checkpoint."""
    return list(cnn_layers(configuration) if "hiddenUnits" in configuration else capsule_layers(configuration))


def cnn_layers(configuration):
    shape, size = configuration["inputShape"], configuration["kernelSize"]
    for index, filters in enumerate(configuration["channels"], 1):
        layer = convolution(f"convolution{index}", f"convolution {size}×{size} and ReLU", shape, filters, size, 1,
                            size // 2, True)
        yield layer
        pooled = [filters, layer.output[1] // 2, layer.output[2] // 2]
        yield Plain(f"pooling{index}", f"max pooling 2×2, {filters} of {layer.output[1]}×{layer.output[2]}",
                    {"kind": "pooling"}, layer.output, pooled, 0)
        shape = pooled
    features, hidden, classes = shape[0] * shape[1] * shape[2], configuration["hiddenUnits"], configuration["classCount"]
    yield Plain("hidden", f"linear and ReLU, {features}→{hidden}", {"kind": "linear", "name": "hidden", "relu": True},
                [features], [hidden], features * hidden)
    yield Plain("readout", f"linear, {hidden}→{classes}", {"kind": "linear", "name": "readout"}, [hidden], [classes],
                hidden * classes)


def capsule_layers(configuration):
    first = convolution("convolution", "convolution 5×5 stride 2 and ReLU", configuration["inputShape"],
                        configuration["channels"], 5, 2, 0, True)
    yield first
    types = configuration["primaryTypes"]
    yield convolution("primary", "convolution 1×1", first.output, types * 17, 1, 1, 0, False)
    rows, columns = first.output[1:]
    for name, parents, kernel, stride in (("capsules1", configuration["firstTypes"], (3, 3), 2),
                                          ("capsules2", configuration["secondTypes"], (3, 3), 1),
                                          ("classes", configuration["classCount"], None, 1)):
        layer = Routed(name, "", rows, columns, types, parents, kernel or (rows, columns), stride,
                       configuration["iterations"])
        place = "all" if kernel is None else f"3×3 stride {stride}"
        layer.title = f"EM routing, {types}→{parents} types, {place} of {rows}×{columns}"
        yield layer
        (rows, columns), types = layer.output, parents
