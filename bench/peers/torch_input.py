"""PyTorch's input beside marginlab's: the same JPEG files, decoded by Pillow in the workers of a DataLoader.

    python3 torch_input.py FOLDER --batch N --workers W

Tells {"ready": name}; for each line n of its input reads the folder n times and tells {"ms": [...], "peakMiB": m}.
An image is decoded, mirrored half of the time, made a float tensor [3, height, width], and normalised to
(byte - 127.5) / 127.5, as public training scripts do.
"""
import argparse
import json
import pathlib
import random
import resource
import sys
import time

try:
    import numpy
    import PIL
    import torch
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset
except ImportError as error:
    print(json.dumps({"error": f"{error}; install PyTorch, NumPy and Pillow for this Python"}), flush=True)
    sys.exit(0)


class Folder(Dataset):
    """The JPEG files of a folder, a class a folder."""

    def __init__(self, root):
        self.files = sorted(pathlib.Path(root).glob("*/*.jpg"))
        names = sorted({file.parent.name for file in self.files})
        self.labels = [names.index(file.parent.name) for file in self.files]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        with open(self.files[index], "rb") as file:
            image = Image.open(file).convert("RGB")
        if random.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        pixels = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous()
        return pixels.float().sub_(127.5).div_(127.5), self.labels[index]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    loader = DataLoader(Folder(options.folder), batch_size=options.batch, num_workers=options.workers,
                        persistent_workers=options.workers > 0)
    name = f"PyTorch {torch.__version__} DataLoader, Pillow {PIL.__version__}, {options.workers} workers"
    print(json.dumps({"ready": name}), flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            since = time.perf_counter()
            count = sum(len(labels) for _, labels in loader)
            times.append((time.perf_counter() - since) * 1000)
            assert count == len(loader.dataset)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": times, "peakMiB": peak}), flush=True)


main()
