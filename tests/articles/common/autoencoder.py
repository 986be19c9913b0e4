# An autoencoder and a variational one, with transposed convolutions and the reparameterisation trick.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.nn.functional as F


class ConvAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1), nn.ReLU(True),
            nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


class VAE(nn.Module):
    def __init__(self):
        super(VAE, self).__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(64, 20), nn.Linear(20, 3), nn.Linear(20, 3)
        self.fc3, self.fc4 = nn.Linear(3, 20), nn.Linear(20, 64)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def forward(self, x):
        h1 = F.relu(self.fc1(x.view(-1, 64)))
        mu, logvar = self.fc21(h1), self.fc22(h1)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(self.reparameterize(mu, logvar))))), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


autoencoder, vae = ConvAutoencoder(), VAE()

# %% training
images = torch.rand(6, 1, 8, 8)
optimizer = torch.optim.Adam(list(autoencoder.parameters()) + list(vae.parameters()), lr=1e-3, eps=1e-4)
for epoch in range(3):
    optimizer.zero_grad()
    reconstruction = autoencoder(images)
    assert reconstruction.size() == images.size()
    recon_batch, mu, logvar = vae(images)
    loss = nn.MSELoss()(reconstruction, images) + loss_function(recon_batch, images, mu, logvar) / len(images)
    loss.backward()
    optimizer.step()
    print("epoch [%d/%d], loss:%.4f" % (epoch + 1, 3, loss.item()))
