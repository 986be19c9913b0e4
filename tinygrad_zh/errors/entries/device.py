"""Errors about devices and optional packages (E3xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DeviceError, MissingPackageError

add_entries(
    {
        "missing-package": Entry(
            "TG-E301",
            MissingPackageError,
            en=Text(
                error="the package {package} is not installed; it is needed for {purpose}.",
                expected="{package} installed in this Python environment.",
                hint='in the cloned folder: pip install ".[{extra}]"',
            ),
            zh=Text(
                error="没有安装软件包 {package}，而 {purpose} 需要它。",
                expected="当前 Python 环境中装有 {package}。",
                hint='在克隆的文件夹里：pip install ".[{extra}]"',
            ),
        ),
        "device-unknown": Entry(
            "TG-E302",
            DeviceError,
            en=Text(
                error="there is no device {device!r}.",
                expected="one of {known}, the latter also with a number, such as cuda:0.",
                hint="device='cpu' works everywhere.",
            ),
            zh=Text(
                error="没有设备(device) {device!r}。",
                expected="{known} 之一，后者可以带编号，例如 cuda:0。",
                hint="device='cpu' 在任何机器上都可用。",
            ),
        ),
        "cuda-unavailable": Entry(
            "TG-E303",
            DeviceError,
            en=Text(
                error="the device {device} cannot be used: {reason}.",
                expected="an NVIDIA GPU with its driver, and CuPy.",
                hint='in the cloned folder, pip install ".[gpu]" installs CuPy; without a GPU use device="cpu".',
            ),
            zh=Text(
                error="设备(device) {device} 不能用：{reason}。",
                expected="带驱动程序的 NVIDIA GPU，以及 CuPy。",
                hint='在克隆的文件夹里，pip install ".[gpu]" 安装 CuPy；没有 GPU 时用 device="cpu"。',
            ),
        ),
        "numpy-device": Entry(
            "TG-E304",
            DeviceError,
            en=Text(
                error="a tensor on {device} cannot be handed to NumPy, which sees the CPU's memory only.",
                expected="a tensor on the CPU.",
                hint="copy it first: x.cpu().numpy().",
            ),
            zh=Text(
                error="{device} 上的张量不能交给 NumPy，它只能看到 CPU 的内存。",
                expected="在 CPU 上的张量(tensor)。",
                hint="先复制过来：x.cpu().numpy()。",
            ),
        ),
        "device-mixed": Entry(
            "TG-E305",
            DeviceError,
            en=Text(
                error="{op} got operands on different devices: {devices}.",
                expected="all operands on one device.",
                hint="move them together first, for example y = y.to(x.device).",
            ),
            zh=Text(
                error="{op} 的操作数(operand)在不同的设备上：{devices}。",
                expected="所有操作数在同一个设备(device)上。",
                hint="先移到一起，例如 y = y.to(x.device)。",
            ),
        ),
        "out-of-memory": Entry(
            "TG-E306",
            DeviceError,
            en=Text(
                error="there is not enough memory on {device} for {op} with operands of shapes {shapes} ({problem}).",
                expected="free memory for the result and what comes on the way.",
                hint="use a smaller batch, compute under no_grad() where no gradient is needed, "
                "and drop results that are no longer needed.",
            ),
            zh=Text(
                error="{device} 的内存不够计算 {op}，操作数(operand)的形状是 {shapes}（{problem}）。",
                expected="有足够的内存(memory)存放结果和中间值。",
                hint="减小批(batch)，不需要梯度时在 no_grad() 中计算，并且丢掉不再需要的结果。",
            ),
        ),
    }
)
