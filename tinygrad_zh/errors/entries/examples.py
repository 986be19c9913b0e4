"""Errors of the training loop, its checkpoints and the examples (E810–E819, E980–E999)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, StorageError, TrainingError

add_entries(
    {
        "checkpoint-part": Entry(
            "TG-E810",
            ArgumentError,
            en=Text(
                error="Checkpoint got {found} as its part {name}.",
                expected="a model, optimiser, schedule, loader, Generator, or another object with state_dict() and "
                "load_state_dict(state).",
                hint="Checkpoint(model=model, optimizer=optimizer, loader=loader); plain values go into "
                "save(path, about={{...}}).",
            ),
            zh=Text(
                error="Checkpoint 的部分 {name} 是 {found}。",
                expected="模型、优化器(optimizer)、学习率调度器(scheduler)、loader、Generator，或其他具有 "
                "state_dict() 和 load_state_dict(state) 的对象。",
                hint="Checkpoint(model=model, optimizer=optimizer, loader=loader)；普通的值放进 "
                "save(path, about={{...}})。",
            ),
        ),
        "checkpoint-parts": Entry(
            "TG-E811",
            StorageError,
            en=Text(
                error="the checkpoint {path} has other parts than are to be loaded:\n    missing in the file: {missing}"
                "\n    unexpected in the file: {unexpected}",
                expected="the same parts as when it was saved.",
                hint="build the same parts again (model, optimizer, scheduler, ...); for one of them alone: "
                "model.load_state_dict(read_checkpoint(path).parts['model']). Nothing has been changed.",
            ),
            zh=Text(
                error="检查点(checkpoint) {path} 中的部分与要加载的不同：\n    文件中缺少：{missing}"
                "\n    文件中多余：{unexpected}",
                expected="与保存时相同的部分。",
                hint="重新建立相同的部分（model、optimizer、scheduler 等）；只要其中之一："
                "model.load_state_dict(read_checkpoint(path).parts['model'])。没有任何改动。",
            ),
        ),
        "gradient-not-finite": Entry(
            "TG-E812",
            TrainingError,
            en=Text(
                error="the norm of the gradients is {loss} in epoch {epoch}, batch {step}; training was stopped before "
                "this step.",
                expected="finite gradients.",
                hint="the loss itself is finite: look for sqrt(0), 0·inf or too large numbers in the model; try a "
                "smaller learning rate. The last checkpoint is untouched.",
            ),
            zh=Text(
                error="第 {epoch} 轮(epoch)第 {step} 批(batch)的梯度(gradient)范数是 {loss}；训练在这一步之前停止。",
                expected="有限的梯度。",
                hint="损失(loss)本身是有限的：检查模型中的 sqrt(0)、0·inf 或过大的数；试试更小的学习率(learning rate)。"
                "上一个检查点(checkpoint)没有改动。",
            ),
        ),
        "training-stopped": Entry(
            "TG-E813",
            TrainingError,
            en=Text(
                error="loss or gradients are {value} in epoch {epoch}, batch {step}: training ends here, as "
                "on_nan='stop' says.",
                expected="finite values.",
                hint="the weights are those before this batch; the result has the epochs before.",
            ),
            zh=Text(
                error="第 {epoch} 轮(epoch)第 {step} 批(batch)的损失(loss)或梯度(gradient)是 {value}：按 on_nan='stop' "
                "在此结束训练。",
                expected="有限的数值。",
                hint="权重是这一批之前的权重；返回之前各轮的结果。",
            ),
        ),
        "batches-skipped": Entry(
            "TG-E814",
            TrainingError,
            en=Text(
                error="{count} batches of epoch {epoch} were skipped, for their loss or gradients were NaN or "
                "infinite.",
                expected="finite values.",
                hint="look for NaN in the data; try a smaller learning rate.",
            ),
            zh=Text(
                error="第 {epoch} 轮(epoch)跳过了 {count} 批(batch)数据：损失(loss)或梯度(gradient)是 NaN 或无穷大。",
                expected="有限的数值。",
                hint="检查数据中的 NaN；试试更小的学习率(learning rate)。",
            ),
        ),
        "all-skipped": Entry(
            "TG-E815",
            TrainingError,
            en=Text(
                error="all {batches} batches of epoch {epoch} had a loss or gradients that were NaN or infinite.",
                expected="at least one step per epoch.",
                hint="the weights or the data are NaN: begin anew with a smaller learning rate, or look at the data.",
            ),
            zh=Text(
                error="第 {epoch} 轮(epoch)全部 {batches} 批(batch)的损失(loss)或梯度(gradient)都是 NaN 或无穷大。",
                expected="每轮至少能走一步。",
                hint="权重或数据是 NaN：用更小的学习率(learning rate)重新开始，或检查数据。",
            ),
        ),
        "batch-kind": Entry(
            "TG-E816",
            ArgumentError,
            en=Text(
                error="the loader gave a batch that is no pair (inputs, targets): {found}.",
                expected="pairs; or forward=..., which says what to do with such a batch.",
                hint="forward=lambda model, batch: (model(batch['x'], batch['mask']), batch['y']) returns the outputs "
                "and the targets.",
            ),
            zh=Text(
                error="loader 给出的一批(batch)数据不是 (inputs, targets)：{found}。",
                expected="两个元素；或用 forward=... 说明怎样使用这样的一批数据。",
                hint="forward=lambda model, batch: (model(batch['x'], batch['mask']), batch['y']) 返回输出和目标。",
            ),
        ),
        "loss-kind": Entry(
            "TG-E817",
            ArgumentError,
            en=Text(
                error="the loss returned {found}.",
                expected="a tensor with one number, the mean loss of the batch.",
                hint="a loss with reduction='none' needs .mean(); do not call .item() or float() in it.",
            ),
            zh=Text(
                error="损失函数(loss)返回了 {found}。",
                expected="只有一个数的张量(tensor)：这一批的平均损失。",
                hint="reduction='none' 的损失还需要 .mean()；不要在其中调用 .item() 或 float()。",
            ),
        ),
        "optimizer-model": Entry(
            "TG-E818",
            ArgumentError,
            en=Text(
                error="{optimizer} has none of the model's parameters.",
                expected="an optimiser of model.parameters().",
                hint="make the optimiser after the model: optim.Adam(model.parameters()).",
            ),
            zh=Text(
                error="{optimizer} 中没有这个模型的任何参数(parameter)。",
                expected="由 model.parameters() 建立的优化器(optimizer)。",
                hint="先建立模型，再建立优化器：optim.Adam(model.parameters())。",
            ),
        ),
        "metric-targets": Entry(
            "TG-E819",
            DTypeError,
            en=Text(
                error="right_answers got targets of {dtype}.",
                expected="the numbers of the right classes, as integers.",
                hint="metric=None where nothing is to be counted, as in a regression; or a metric of your own.",
            ),
            zh=Text(
                error="right_answers 得到 {dtype} 类型的目标(targets)。",
                expected="正确类别的编号（整数）。",
                hint="不需要计数时（例如回归）用 metric=None；或者用自己的 metric。",
            ),
        ),
    }
)
