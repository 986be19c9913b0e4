# A Transformer from sequence to sequence with its masks, and greedy decoding.
import math

import tinygrad_zh as torch
import tinygrad_zh.nn as nn
from tinygrad_zh import Tensor

PAD, BOS, EOS = 0, 1, 2


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, dropout: float = 0.1, max_len: int = 50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.pe[: x.size(0)])


class Seq2Seq(nn.Module):
    def __init__(self, vocab: int, d_model: int = 16, nhead: int = 4):
        super().__init__()
        self.d_model = d_model
        self.src_tok_emb = nn.Embedding(vocab, d_model)
        self.tgt_tok_emb = nn.Embedding(vocab, d_model)
        self.positional_encoding = PositionalEncoding(d_model)
        self.transformer = nn.Transformer(d_model, nhead, num_encoder_layers=1, num_decoder_layers=2, dim_feedforward=32)
        self.generator = nn.Linear(d_model, vocab)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src, tgt, tgt_mask, src_padding_mask, tgt_padding_mask):
        src_emb = self.positional_encoding(self.src_tok_emb(src) * math.sqrt(self.d_model))
        tgt_emb = self.positional_encoding(self.tgt_tok_emb(tgt) * math.sqrt(self.d_model))
        outs = self.transformer(src_emb, tgt_emb, None, tgt_mask, None, src_padding_mask, tgt_padding_mask,
                                src_padding_mask)
        return self.generator(outs)


def generate_square_subsequent_mask(sz):
    mask = (torch.triu(torch.ones((sz, sz))) == 1).transpose(0, 1)
    return mask.float().masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, float(0.0))


model = Seq2Seq(vocab=12)

# %% training: to copy
src = torch.randint(3, 12, (5, 4))
src[3:, 1] = PAD
tgt = torch.cat([torch.full((1, 4), BOS), src, torch.full((1, 4), EOS)])
tgt_input, tgt_out = tgt[:-1, :], tgt[1:, :]
tgt_mask = generate_square_subsequent_mask(tgt_input.size(0)).to(torch.get_default_dtype())
assert torch.equal(tgt_mask, nn.Transformer.generate_square_subsequent_mask(tgt_input.shape[0]))
padding = (src == PAD).transpose(0, 1)
tgt_padding = (tgt_input == PAD).transpose(0, 1)

loss_fn = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-4)
for step in range(2):
    logits = model(src, tgt_input, tgt_mask == float("-inf"), padding, tgt_padding)
    optimizer.zero_grad()
    loss = loss_fn(logits.reshape(-1, logits.shape[-1]), tgt_out.reshape(-1))
    loss.backward()
    optimizer.step()
    print(f"Step: {step}, Train loss: {loss.item():.3f}")

# %% greedy decoding
model.eval()
ys = torch.ones(1, 1).fill_(BOS).type(torch.long)
with torch.no_grad():
    for _ in range(4):
        causal = torch.triu(torch.ones(ys.size(0), ys.size(0), dtype=torch.bool), diagonal=1)
        out = model(src[:, :1], ys, causal, padding[:1], None)
        _, next_word = torch.max(out[-1], dim=1)
        ys = torch.cat([ys, torch.ones(1, 1).type_as(src.data).fill_(next_word.item())], dim=0)
        if next_word.item() == EOS:
            break
print(ys.flatten().tolist())
