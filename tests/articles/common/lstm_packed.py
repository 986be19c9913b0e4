# Sentences of different lengths: a collate function, padding, packing, an LSTM in both directions.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
from tinygrad_zh.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from tinygrad_zh.utils.data import DataLoader, Dataset

sentences = ["the cat sat", "a dog", "the dog ran far away", "cats and dogs", "run", "the end of it"]
vocab = {"<pad>": 0, "<unk>": 1}
for sentence in sentences:
    for word in sentence.split():
        vocab.setdefault(word, len(vocab))


class Sentences(Dataset):
    def __init__(self, sentences, labels):
        self.sentences, self.labels = sentences, labels

    def __len__(self):
        return len(self.sentences)

    def __getitem__(self, idx):
        ids = [vocab.get(word, vocab["<unk>"]) for word in self.sentences[idx].split()]
        return torch.tensor(ids, dtype=torch.long), torch.tensor(self.labels[idx])


def collate_fn(batch):
    batch.sort(key=lambda pair: len(pair[0]), reverse=True)
    texts, labels = zip(*batch)
    lengths = torch.tensor([len(text) for text in texts])
    return pad_sequence(texts, batch_first=True, padding_value=vocab["<pad>"]), lengths, torch.stack(labels)


class Classifier(nn.Module):
    def __init__(self, vocab_size, embed_dim=8, hidden_dim=6, num_classes=2):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        self.lstm = nn.LSTM(embed_dim, hidden_dim, num_layers=2, bidirectional=True, batch_first=True, dropout=0.3)
        self.fc = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text), lengths.cpu(), batch_first=True)
        packed_out, (hidden, cell) = self.lstm(packed)
        out, out_lengths = pad_packed_sequence(packed_out, batch_first=True)
        assert out.size(1) == lengths.max().item() and torch.equal(out_lengths, lengths)
        return self.fc(torch.cat((hidden[-2, :, :], hidden[-1, :, :]), dim=1))


model = Classifier(len(vocab))

# %% training
loader = DataLoader(Sentences(sentences, [0, 1, 1, 0, 1, 0]), batch_size=3, shuffle=True, collate_fn=collate_fn)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for epoch in range(3):
    for text, lengths, labels in loader:
        optimizer.zero_grad()
        outputs = model(text, lengths)
        loss = criterion(outputs, labels)
        loss.backward()
        grad_norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
    print(f"epoch {epoch}: loss {loss:.4f}, gradient norm {grad_norm:.3f}, padding {text.eq(0).sum().item()}")
print(model.embedding.weight[0])
