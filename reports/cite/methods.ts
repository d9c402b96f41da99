/**
 * Papers of networks, schedules, samplers and augmentations.
 *
 * @module
 */
import type { Work } from "./work.ts";

const ICLR = "International Conference on Learning Representations (ICLR)";

/** Papers of networks, schedules, samplers and augmentations. */
export const METHOD_WORKS: readonly Work[] = [
  {
    kind: "paper",
    title: "Prototypical Networks for Few-shot Learning",
    authors: ["Snell, Jake", "Swersky, Kevin", "Zemel, Richard"],
    year: 2017,
    venue: "Advances in Neural Information Processing Systems (NIPS)",
    ids: ["arXiv:1703.05175"],
  },
  {
    kind: "paper",
    title: "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face Verification on Mobile Devices",
    authors: ["Chen, Sheng", "Liu, Yang", "Gao, Xiang", "Han, Zhen"],
    year: 2018,
    venue: "Chinese Conference on Biometric Recognition (CCBR)",
    ids: ["doi:10.1007/978-3-319-97909-0_46", "arXiv:1804.07573"],
  },
  {
    kind: "paper",
    title: "Deep Residual Learning for Image Recognition",
    authors: ["He, Kaiming", "Zhang, Xiangyu", "Ren, Shaoqing", "Sun, Jian"],
    year: 2016,
    venue: "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
    ids: ["doi:10.1109/CVPR.2016.90", "arXiv:1512.03385"],
  },
  {
    kind: "preprint",
    title: "ParseNet: Looking Wider to See Better",
    authors: ["Liu, Wei", "Rabinovich, Andrew", "Berg, Alexander C."],
    year: 2015,
    ids: ["arXiv:1506.04579"],
  },
  {
    kind: "paper",
    title: "SGDR: Stochastic Gradient Descent with Warm Restarts",
    authors: ["Loshchilov, Ilya", "Hutter, Frank"],
    year: 2017,
    venue: ICLR,
    ids: ["arXiv:1608.03983"],
  },
  {
    kind: "paper",
    title: "Random Erasing Data Augmentation",
    authors: ["Zhong, Zhun", "Zheng, Liang", "Kang, Guoliang", "Li, Shaozi", "Yang, Yi"],
    year: 2020,
    venue: "AAAI Conference on Artificial Intelligence",
    ids: ["arXiv:1708.04896"],
  },
  {
    kind: "paper",
    title: "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space",
    authors: ["Cubuk, Ekin D.", "Zoph, Barret", "Shlens, Jonathon", "Le, Quoc V."],
    year: 2020,
    venue: "IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)",
    ids: ["arXiv:1909.13719"],
  },
  {
    kind: "paper",
    title: "A Simple Framework for Contrastive Learning of Visual Representations",
    authors: ["Chen, Ting", "Kornblith, Simon", "Norouzi, Mohammad", "Hinton, Geoffrey"],
    year: 2020,
    venue: "International Conference on Machine Learning (ICML)",
    ids: ["arXiv:2002.05709"],
  },
  {
    kind: "paper",
    title: "Decoupling Representation and Classifier for Long-Tailed Recognition",
    authors: [
      ...["Kang, Bingyi", "Xie, Saining", "Rohrbach, Marcus", "Yan, Zhicheng", "Gordo, Albert", "Feng, Jiashi"],
      "Kalantidis, Yannis",
    ],
    year: 2020,
    venue: ICLR,
    ids: ["arXiv:1910.09217"],
  },
  {
    kind: "preprint",
    title: "In Defense of the Triplet Loss for Person Re-Identification",
    authors: ["Hermans, Alexander", "Beyer, Lucas", "Leibe, Bastian"],
    year: 2017,
    ids: ["arXiv:1703.07737"],
  },
  {
    kind: "chapter",
    title: "Practical Recommendations for Gradient-Based Training of Deep Architectures",
    authors: ["Bengio, Yoshua"],
    year: 2012,
    venue: "Neural Networks: Tricks of the Trade",
    ids: ["arXiv:1206.5533"],
  },
];
