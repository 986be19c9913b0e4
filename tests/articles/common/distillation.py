# Knowledge distillation: KLDivLoss between a frozen teacher and its student, in mixed styles.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.nn.functional as F


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"hidden": nn.Linear(10, 8), "out": nn.Linear(8, 4)})
        self.activations = nn.ModuleDict([["relu", nn.ReLU()], ["elu", nn.ELU()]])
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    def forward(self, x, act="elu"):
        if self.training:
            self.steps += 1
        return self.layers["out"](self.activations[act](self.layers["hidden"](x))) * self.scale


teacher = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 4)).eval()
student = Student()
print(student)

# %% training
for p in teacher.parameters():
    p.requires_grad_(False)
T, alpha = 4.0, 0.7
x = torch.randn(16, 10)
labels = torch.randint(0, 4, (16,))
kd_loss = nn.KLDivLoss(reduction="batchmean")
optimizer = torch.optim.Adagrad(student.parameters(), lr=0.05)
losses = torch.zeros(3)
for step in range(3):
    with torch.no_grad():
        teacher_logits = teacher(x)
    student_logits = student(x)
    soft = kd_loss(F.log_softmax(student_logits / T, dim=1), F.softmax(teacher_logits / T, dim=1)) * (T * T)
    hard = F.cross_entropy(student_logits, labels)
    loss = alpha * soft + (1.0 - alpha) * hard
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses[step] = loss.detach()

student.eval()
agreement = (student(x).argmax(1) == teacher(x).argmax(-1)).float().mean()
print(f"losses {losses.tolist()}, agreement {agreement:.2%}, steps {student.steps.item()}")
confusion = torch.zeros(4, 4, dtype=torch.int64)
for t, p in zip(labels.view(-1), student(x).argmax(1).view(-1)):
    confusion[t.long(), p.long()] += 1
print(confusion.sum().item(), (confusion.diag() / confusion.sum(1).clamp(min=1)).shape)
top_values, top_indices = student(x).softmax(dim=-1).topk(2, dim=1, largest=True, sorted=True)
top2 = top_indices.eq(labels.view(-1, 1).expand_as(top_indices)).any(dim=1).float().sum().item()
