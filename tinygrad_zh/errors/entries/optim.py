"""Errors about optimisers of one kind, and learning-rate schedules (E671–E699)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, StorageError

add_entries(
    {
        "optimise-matrices": Entry(
            "TG-E671",
            ArgumentError,
            en=Text(
                error="{op}: parameter {position} has the shape {shape}.",
                expected="matrices: parameters of 2 dimensions.",
                hint="give the weights of hidden layers to {op}, and biases and embeddings to AdamW.",
            ),
            zh=Text(
                error="{op}：第 {position} 个参数(parameter)的形状(shape)是 {shape}。",
                expected="矩阵：2 维的参数。",
                hint="把隐藏层的权重交给 {op}，偏置(bias)和嵌入(embedding)交给 AdamW。",
            ),
        ),
        "one-group": Entry(
            "TG-E672",
            ArgumentError,
            en=Text(
                error="{op} got a second group of parameters.",
                expected="one group: it takes all parameters for one long vector.",
                hint="give all parameters in one list.",
            ),
            zh=Text(
                error="{op} 得到第二个参数组。",
                expected="一个参数组：它把所有参数看作一个长向量。",
                hint="把所有参数放在一个 list 里。",
            ),
        ),
        "closure-needed": Entry(
            "TG-E673",
            ArgumentError,
            en=Text(
                error="{op}.step() got {found} where a closure belongs.",
                expected="a function that calls zero_grad(), computes the loss, calls backward() and returns the loss.",
                hint="{op} computes the loss several times in a step: optimizer.step(closure).",
            ),
            zh=Text(
                error="{op}.step() 在 closure 的位置得到 {found}。",
                expected="一个函数：调用 zero_grad()，计算损失(loss)，调用 backward()，返回损失。",
                hint="{op} 在一步中要多次计算损失：optimizer.step(closure)。",
            ),
        ),
        "scheduler-option": Entry(
            "TG-E680",
            ArgumentError,
            en=Text(
                error="{op} got {name}={got!r}.",
                expected="{name}: {expected}.",
                hint="correct the value where the schedule, or the average, is made.",
            ),
            zh=Text(
                error="{op} 得到 {name}={got!r}。",
                expected="选项 {name}：{expected}。",
                hint="在建立学习率调度器(scheduler)或平均模型处改正这个值。",
            ),
        ),
        "scheduler-optimizer": Entry(
            "TG-E681",
            DTypeError,
            en=Text(
                error="{op} got {found} where an optimiser belongs.",
                expected="an Optimizer, such as optim.SGD(model.parameters()).",
                hint="make the optimiser first, and give it to the schedule.",
            ),
            zh=Text(
                error="{op} 在优化器(optimizer)的位置得到 {found}。",
                expected="一个 Optimizer，例如 optim.SGD(model.parameters())。",
                hint="先建立优化器，再把它交给学习率调度器(scheduler)。",
            ),
        ),
        "scheduler-groups": Entry(
            "TG-E682",
            ArgumentError,
            en=Text(
                error="{op} got {given} values of {name} for {groups} groups of parameters.",
                expected="one value for all groups, or a list with one for each.",
                hint="len(optimizer.param_groups) is the number of groups.",
            ),
            zh=Text(
                error="{op} 得到 {given} 个 {name}，而参数组有 {groups} 个。",
                expected="一个用于所有组的值，或每组一个值的 list。",
                hint="len(optimizer.param_groups) 是参数组的个数。",
            ),
        ),
        "scheduler-resumed": Entry(
            "TG-E683",
            ArgumentError,
            en=Text(
                error="{op} is to go on after epoch {epoch}, but group {group} has no 'initial_lr'.",
                expected="groups that a schedule has been at before.",
                hint="load the optimiser's state_dict first; for a new training leave last_epoch=-1.",
            ),
            zh=Text(
                error="{op} 要从第 {epoch} 轮(epoch)之后继续，但第 {group} 个参数组没有 'initial_lr'。",
                expected="调度器(scheduler)曾经用过的参数组。",
                hint="先加载优化器的 state_dict；新的训练请保持 last_epoch=-1。",
            ),
        ),
        "schedulers-joined": Entry(
            "TG-E684",
            ArgumentError,
            en=Text(
                error="{op} got schedules that it cannot join: {reason}.",
                expected="a list of schedules of one optimiser, without ReduceLROnPlateau, which needs a metric.",
                hint="make all of them with the same optimiser; step ReduceLROnPlateau by itself.",
            ),
            zh=Text(
                error="{op} 无法连接这些调度器(scheduler)：{reason}。",
                expected="同一个优化器的调度器组成的 list，其中没有 ReduceLROnPlateau，它需要一个指标。",
                hint="用同一个优化器建立它们；ReduceLROnPlateau 请单独调用 step。",
            ),
        ),
        "scheduler-over": Entry(
            "TG-E685",
            ArgumentError,
            en=Text(
                error="{op} was stepped {steps} times; it was made for {total} steps.",
                expected="as many steps as total_steps, or epochs · steps_per_epoch, say.",
                hint="count the steps: one per batch; make the schedule for more of them.",
            ),
            zh=Text(
                error="{op} 走了 {steps} 步，而它是为 {total} 步建立的。",
                expected="步数不超过 total_steps，即 epochs · steps_per_epoch。",
                hint="数一数步数：每批(batch)一步；为更多的步数建立调度器(scheduler)。",
            ),
        ),
        "scheduler-state": Entry(
            "TG-E686",
            StorageError,
            en=Text(
                error="the state_dict does not fit this {op}: {reason}.",
                expected="what state_dict() of a schedule of the same kind returned.",
                hint="build the schedule as it was when the state was saved. Nothing has been changed.",
            ),
            zh=Text(
                error="state_dict 与这个 {op} 不符：{reason}。",
                expected="同一种调度器(scheduler)的 state_dict() 的返回值。",
                hint="按保存时的样子建立调度器。这里没有任何改动。",
            ),
        ),
        "scheduler-momentum": Entry(
            "TG-E687",
            ArgumentError,
            en=Text(
                error="{op} is to change the momentum, but {optimizer} has none.",
                expected="an optimiser with the option momentum or betas.",
                hint="write cycle_momentum=False.",
            ),
            zh=Text(
                error="{op} 要改变动量(momentum)，但 {optimizer} 没有。",
                expected="有选项 momentum 或 betas 的优化器。",
                hint="写 cycle_momentum=False。",
            ),
        ),
        "scheduler-first": Entry(
            "TG-E688",
            ArgumentError,
            en=Text(
                error="{op}.step() was called before optimizer.step().",
                expected="the optimiser's step first; else the first learning rate is never used.",
                hint="write optimizer.step(), then scheduler.step().",
            ),
            zh=Text(
                error="在 optimizer.step() 之前调用了 {op}.step()。",
                expected="优化器先走一步；否则第一个学习率(learning rate)不会被用到。",
                hint="先写 optimizer.step()，再写 scheduler.step()。",
            ),
        ),
        "scheduler-epoch": Entry(
            "TG-E689",
            ArgumentError,
            en=Text(
                error="{op}.step() got an epoch, which PyTorch will not allow for much longer.",
                expected="step() without it: the schedule counts by itself.",
                hint="to go on from a saved training, use load_state_dict().",
            ),
            zh=Text(
                error="{op}.step() 得到 epoch，PyTorch 不久将不再允许这样做。",
                expected="不带它的 step()：调度器(scheduler)自己计数。",
                hint="要从保存的训练继续，请用 load_state_dict()。",
            ),
        ),
        "scheduler-get-lr": Entry(
            "TG-E690",
            ArgumentError,
            en=Text(
                error="{op}.get_lr() was called outside of step(), so it goes a step too far.",
                expected="get_last_lr(), for the learning rates in force.",
                hint="write scheduler.get_last_lr().",
            ),
            zh=Text(
                error="在 step() 之外调用了 {op}.get_lr()，它会多走一步。",
                expected="用 get_last_lr() 得到当前的学习率(learning rate)。",
                hint="写 scheduler.get_last_lr()。",
            ),
        ),
    }
)
