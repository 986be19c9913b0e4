"""What training says to people, in Chinese and English side by side.

The Chinese keeps the English term visible where a learner will meet it in code.

May import: floor 0.
"""

from __future__ import annotations

from ..errors import language

WORDS: dict[str, tuple[str, str]] = {
    # -- the loop: Chinese, English
    "epoch-line": (
        "第 {epoch:>{width}}/{epochs} 轮(epoch)  损失(loss) {loss:.4f}",
        "epoch {epoch:>{width}}/{epochs}  loss {loss:.4f}",
    ),
    "train-accuracy": ("训练准确率 {accuracy:.2%}", "train accuracy {accuracy:.2%}"),
    "test-accuracy": ("测试准确率 {accuracy:.2%}", "test accuracy {accuracy:.2%}"),
    "test-loss": ("测试损失 {loss:.4f}", "test loss {loss:.4f}"),
    "speed": ("{per_s:,.0f} 样本/秒  {elapsed_s:.1f} 秒", "{per_s:,.0f} examples/s  {elapsed_s:.1f} s"),
    "bar": ("第 {epoch}/{epochs} 轮", "epoch {epoch}/{epochs}"),
    "bar-loss": ("损失 {loss:.4f}", "loss {loss:.4f}"),
    # -- device
    "device-asked": ("设备(device)：{device}，由 --device 指定", "device: {device}, as asked for by --device"),
    "device-no-gpu": ("设备(device)：没有可用的 GPU：{reason} → cpu", "device: no GPU: {reason} → cpu"),
    "device-no-cupy": ("没有安装 CuPy", "CuPy is not installed"),
    "device-gpu": ("设备(device)：找到可用的 GPU → {device}", "device: a GPU can be used → {device}"),
    # -- the job
    "data": ("数据：{train}；{test}", "data: {train}; {test}"),
    "data-subset": (
        "注意：这次只用软件包附带的 MNIST 小子集训练，结果不能代表完整的 MNIST。完整训练：tinygrad-zh train mnist",
        "Note: this trains on the small subset shipped with the package only; its results say nothing about the full"
        " MNIST. Full training: tinygrad-zh train mnist",
    ),
    "network": (
        "网络：{sizes}，ReLU，{parameters:,} 个参数；优化器(optimizer) {optimizer}；批大小(batch size) "
        "{batch_size}；种子(seed) {seed}",
        "network: {sizes}, ReLU, {parameters:,} parameters; optimizer {optimizer}; batch size {batch_size}; "
        "seed {seed}",
    ),
    "resumed": (
        "从检查点(checkpoint) {path} 继续：已完成 {epoch} 轮，又 {step} 批",
        "going on from the checkpoint {path}: {epoch} epochs and {step} batches are done",
    ),
    "interrupted": (
        "已停止。检查点(checkpoint)已写入 {path}（完成 {epoch} 轮，又 {step} 批）。继续训练：\n  {command}",
        "Stopped. The checkpoint is {path} ({epoch} epochs and {step} batches done). To go on:\n  {command}",
    ),
    "aborted": ("已中止。", "Stopped."),
    "done": (
        "测试准确率 {accuracy:.2%}，训练用时 {elapsed_s:.1f} 秒。结果在 {folder}：",
        "test accuracy {accuracy:.2%}, trained in {elapsed_s:.1f} s. Results in {folder}:",
    ),
    "wrote": ("  {name:<20} {what}", "  {name:<20} {what}"),
    "what-model": (
        "训练好的权重；识别自己的数字：tinygrad-zh predict digit.png",
        "the weights; try your own: tinygrad-zh predict digit.png",
    ),
    "what-metrics": ("各轮的数值、版本和设置", "the numbers of every epoch, versions, settings"),
    "what-curves": ("损失和准确率曲线", "curves of loss and accuracy"),
    "what-mistakes": (
        "认错的图片（{count} 张，按把握从大到小）",
        "the pictures it got wrong ({count}, the surest first)",
    ),
    "what-no-mistakes": ("没有认错的图片", "no picture was got wrong"),
    "what-graph": ("一步训练的计算图", "the computation graph of one step"),
    "what-graph-source": (
        "一步训练的计算图（DOT 源码，因为没有 dot 程序；安装 graphviz 后：dot -Tsvg {name} -o graph.svg）",
        "the computation graph of one step, as DOT source, for the dot program is missing; with graphviz "
        "installed: dot -Tsvg {name} -o graph.svg",
    ),
    "what-graph-package": (
        '一步训练的计算图（DOT 源码；要 SVG 请安装：pip install ".[draw]"）',
        'the computation graph of one step, as DOT source; for SVG: pip install ".[draw]"',
    ),
    "what-checkpoint": (
        "检查点(checkpoint)；多训练几轮：{command}",
        "the checkpoint; to train longer: {command}",
    ),
    "source-subset": (
        "也可以先用随软件包附带的小子集，不需要网络：tinygrad-zh train mnist --source subset",
        "Or begin with the small subset that ships with the package and needs no network: tinygrad-zh train "
        "mnist --source subset",
    ),
    # -- pictures
    "curve-loss": ("损失 (loss)", "loss"),
    "curve-accuracy": ("准确率 (accuracy)", "accuracy"),
    "curve-epoch": ("轮 (epoch)", "epoch"),
    "curve-train": ("训练", "train"),
    "curve-test": ("测试", "test"),
    "curve-title": ("{title}：测试准确率 {accuracy:.2%}", "{title}: test accuracy {accuracy:.2%}"),
    "mistakes-title": (
        "{total} 张测试图片认错了 {count} 张，这里是最有把握的 {shown} 张（真实 → 预测）",
        "{count} of {total} test pictures got wrong; the {shown} surest of them (true → predicted)",
    ),
    # -- predict and info
    "probabilities": ("每个类别的概率：", "Probability of each class:"),
    "answer": ("答案：{answer}（{probability:.1%}）", "Answer: {answer} ({probability:.1%})"),
    "answer-unsure": (
        "把握不大：请用深色笔在浅色背景上写一个大而清楚的数字，并让它占满图片。",
        "Not sure: write one large, clear digit, dark on light, and let it fill the picture.",
    ),
    "threads": (
        "线程(threads)：矩阵乘法最多 {threads} 个，可用核心 {cores} 个",
        "threads: up to {threads} for matrix products, on {cores} usable cores",
    ),
    "not-installed": ("未安装", "not installed"),
    "data-folder": (
        "数据文件夹：{folder}（环境变量 TINYGRAD_ZH_DATA）",
        "data folder: {folder} (environment variable TINYGRAD_ZH_DATA)",
    ),
    "dot": ("dot 程序：{where}", "dot program: {where}"),
}


def say(slug: str, **facts: object) -> str:
    """Return one text in the user's language, with its facts filled in."""
    return say_in(language(), slug, **facts)


def say_in(lang: str, slug: str, **facts: object) -> str:
    """Return one text in ``"zh"`` or ``"en"``."""
    chinese, english = WORDS[slug]
    return (chinese if lang == "zh" else english).format(**facts)
