# A generative adversarial network: two optimisers, and detach.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn

latent_dim = 5
G = nn.Sequential(nn.Linear(latent_dim, 16), nn.BatchNorm1d(16, 0.8), nn.LeakyReLU(0.2), nn.Linear(16, 2), nn.Tanh())
D = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2, inplace=True), nn.Dropout(0.3), nn.Linear(16, 1))


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Linear") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


G.apply(weights_init)
D.apply(weights_init)

# %% training
criterion = nn.BCEWithLogitsLoss()
optimizer_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999), eps=1e-4)
optimizer_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999), eps=1e-4)
real_label, fake_label = 1.0, 0.0
fixed_noise = torch.randn(3, latent_dim)

for step in range(4):
    real = torch.randn(8, 2) * 0.1 + 1
    D.zero_grad()
    label = torch.full((8, 1), real_label, device=real.device)
    loss_real = criterion(D(real), label)
    loss_real.backward()
    fake = G(torch.randn(8, latent_dim))
    label.fill_(fake_label)
    loss_fake = criterion(D(fake.detach()), label)
    loss_fake.backward()
    optimizer_d.step()

    G.zero_grad()
    loss_g = criterion(D(fake), torch.ones_like(label))
    loss_g.backward()
    optimizer_g.step()
    loss_d = (loss_real + loss_fake) / 2
    print(f"[{step}] D: {loss_d.item():.4f} G: {loss_g.item():.4f} D(x): {torch.sigmoid(D(real)).mean().item():.3f}")

for p in D.parameters():
    p.requires_grad = False
samples = G.eval()(fixed_noise).detach().cpu().numpy()
print(samples.shape)
