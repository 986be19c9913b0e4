"""Errors about pictures and their transforms (E964–E971)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DTypeError, ShapeError

add_entries(
    {
        "image-kind": Entry(
            "TG-E964",
            DTypeError,
            en=Text(
                error="{op} got a {found} as an image.",
                expected="a Tensor or a Pillow image; for ToTensor also an array.",
                hint="transforms.ToTensor() makes a Tensor of a Pillow image or of an array of shape (H, W, C).",
            ),
            zh=Text(
                error="{op} 得到的图像是 {found}。",
                expected="Tensor 或 Pillow 图像；ToTensor 还接受数组。",
                hint="transforms.ToTensor() 可以把 Pillow 图像或形状为 (H, W, C) 的数组变成张量(tensor)。",
            ),
        ),
        "image-shape": Entry(
            "TG-E965",
            ShapeError,
            en=Text(
                error="{op} got an image of shape {shape}.",
                expected="(C, H, W) for one image, (N, C, H, W) for a batch; channels before height and width.",
                hint="x[None] adds the channel of a grey image; x.permute(2, 0, 1) brings channels to the front.",
            ),
            zh=Text(
                error="{op} 得到的图像形状(shape)是 {shape}。",
                expected="一张图像 (C, H, W)，一批(batch)图像 (N, C, H, W)；通道(channel)在高和宽之前。",
                hint="灰度图像用 x[None] 加上通道维；用 x.permute(2, 0, 1) 把通道移到最前。",
            ),
        ),
        "image-array": Entry(
            "TG-E966",
            ShapeError,
            en=Text(
                error="{op} got an array of shape {shape}.",
                expected="(H, W) or (H, W, C): one image, channels last.",
                hint="convert images one by one; a batch of arrays becomes a tensor with tensor(array).",
            ),
            zh=Text(
                error="{op} 得到的数组形状(shape)是 {shape}。",
                expected="(H, W) 或 (H, W, C)：一张图像，通道(channel)在最后。",
                hint="逐张转换；一批(batch)图像的数组请用 tensor(array) 变成张量。",
            ),
        ),
        "image-small": Entry(
            "TG-E967",
            ShapeError,
            en=Text(
                error="{op} got images of shape {shape}, too small for {size}.",
                expected="images at least as large as what is cut out, or mirrored.",
                hint="use Resize or Pad first; RandomCrop(..., pad_if_needed=True) pads by itself.",
            ),
            zh=Text(
                error="{op} 得到的图像形状(shape)是 {shape}，对 {size} 来说太小。",
                expected="图像不小于要裁剪的大小或要镜像的宽度。",
                hint="先用 Resize 或 Pad；RandomCrop(..., pad_if_needed=True) 会自动填充(padding)。",
            ),
        ),
        "image-channels": Entry(
            "TG-E968",
            ShapeError,
            en=Text(
                error="{op} got images of shape {shape}, with another number of channels than it can use.",
                expected="channels: {expected}.",
                hint="shape is (N, C, H, W); Grayscale(num_output_channels=3) makes three channels of one.",
            ),
            zh=Text(
                error="{op} 得到的图像形状(shape)是 {shape}，通道(channel)数不符。",
                expected="通道数：{expected}。",
                hint="形状是 (N, C, H, W)；Grayscale(num_output_channels=3) 可以把单通道变成三通道。",
            ),
        ),
        "image-dtype": Entry(
            "TG-E969",
            DTypeError,
            en=Text(
                error="{op} got images of dtype {dtype}.",
                expected="floating pixels; ConvertImageDtype takes uint8 ones too.",
                hint="put transforms.ToTensor() or ConvertImageDtype(float32) before it.",
            ),
            zh=Text(
                error="{op} 得到的图像 dtype 是 {dtype}。",
                expected="浮点数像素；ConvertImageDtype 也接受 uint8。",
                hint="在它之前加上 transforms.ToTensor() 或 ConvertImageDtype(float32)。",
            ),
        ),
        "image-pillow": Entry(
            "TG-E970",
            ShapeError,
            en=Text(
                error="an image of shape {shape} and dtype {dtype} cannot be made a Pillow image.",
                expected="uint8 with 1 to 4 channels, or int32 or float32 with one.",
                hint="choose channels with x[:3]; ConvertImageDtype(uint8) makes uint8 of numbers from 0 to 1.",
            ),
            zh=Text(
                error="形状(shape)为 {shape}、dtype 为 {dtype} 的图像不能变成 Pillow 图像。",
                expected="1 到 4 个通道(channel)的 uint8，或单通道的 int32、float32。",
                hint="用 x[:3] 选择通道；ConvertImageDtype(uint8) 把 0 到 1 的数变成 uint8。",
            ),
        ),
        "image-size-changed": Entry(
            "TG-E971",
            ShapeError,
            en=Text(
                error="RandomApply changed images of shape {before} into {after}.",
                expected="transforms that keep the shape of a batch, for some images stay as they are.",
                hint="move Resize or a crop out of RandomApply, or apply it to images one by one.",
            ),
            zh=Text(
                error="RandomApply 把形状(shape) {before} 的图像变成了 {after}。",
                expected="不改变一批(batch)图像形状的变换，因为有些图像保持原样。",
                hint="把 Resize 或裁剪移到 RandomApply 之外，或者逐张图像使用。",
            ),
        ),
    }
)
