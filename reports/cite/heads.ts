/**
 * Papers of the losses.
 *
 * @module
 */
import type { Work } from "./work.ts";

const CVPR = "IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)";

/** Papers of the losses. */
export const HEAD_WORKS: readonly Work[] = [
  {
    kind: "paper",
    title: "ArcFace: Additive Angular Margin Loss for Deep Face Recognition",
    authors: ["Deng, Jiankang", "Guo, Jia", "Xue, Niannan", "Zafeiriou, Stefanos"],
    year: 2019,
    venue: CVPR,
    ids: ["doi:10.1109/CVPR.2019.00482", "arXiv:1801.07698"],
  },
  {
    kind: "paper",
    title: "AdaCos: Adaptively Scaling Cosine Logits for Effectively Learning Deep Face Representations",
    authors: ["Zhang, Xiao", "Zhao, Rui", "Qiao, Yu", "Wang, Xiaogang", "Li, Hongsheng"],
    year: 2019,
    venue: CVPR,
    ids: ["arXiv:1905.00292"],
  },
  {
    kind: "paper",
    title: "AdaFace: Quality Adaptive Margin for Face Recognition",
    authors: ["Kim, Minchul", "Jain, Anil K.", "Liu, Xiaoming"],
    year: 2022,
    venue: CVPR,
    ids: ["doi:10.1109/CVPR52688.2022.01819", "arXiv:2204.00964", "https://github.com/mk-minchul/AdaFace"],
  },
  {
    kind: "paper",
    title: "A Discriminative Feature Learning Approach for Deep Face Recognition",
    authors: ["Wen, Yandong", "Zhang, Kaipeng", "Li, Zhifeng", "Qiao, Yu"],
    year: 2016,
    venue: "European Conference on Computer Vision (ECCV)",
    ids: ["doi:10.1007/978-3-319-46478-7_31"],
  },
  {
    kind: "paper",
    title: "CosFace: Large Margin Cosine Loss for Deep Face Recognition",
    authors: [
      ...["Wang, Hao", "Wang, Yitong", "Zhou, Zheng", "Ji, Xing", "Gong, Dihong", "Zhou, Jingchao", "Li, Zhifeng"],
      "Liu, Wei",
    ],
    year: 2018,
    venue: CVPR,
    ids: ["doi:10.1109/CVPR.2018.00552", "arXiv:1801.09414"],
  },
  {
    kind: "paper",
    title: "CurricularFace: Adaptive Curriculum Learning Loss for Deep Face Recognition",
    authors: [
      ...["Huang, Yuge", "Wang, Yuhan", "Tai, Ying", "Liu, Xiaoming", "Shen, Pengcheng", "Li, Shaoxin", "Li, Jilin"],
      "Huang, Feiyue",
    ],
    year: 2020,
    venue: CVPR,
    ids: ["arXiv:2004.00288"],
  },
  {
    kind: "preprint",
    title: "Google Landmark Recognition 2020 Competition Third Place Solution",
    authors: ["Ha, Qishen", "Liu, Bo", "Liu, Fuxu", "Liao, Peiyuan"],
    year: 2020,
    ids: ["arXiv:2010.05350"],
  },
  {
    kind: "paper",
    title: "ElasticFace: Elastic Margin Loss for Deep Face Recognition",
    authors: ["Boutros, Fadi", "Damer, Naser", "Kirchbuchner, Florian", "Kuijper, Arjan"],
    year: 2022,
    venue: "IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)",
    ids: ["arXiv:2109.09416"],
  },
  {
    kind: "paper",
    title: "MagFace: A Universal Representation for Face Recognition and Quality Assessment",
    authors: ["Meng, Qiang", "Zhao, Shichao", "Huang, Zhida", "Zhou, Feng"],
    year: 2021,
    venue: CVPR,
    ids: ["doi:10.1109/CVPR46437.2021.01400", "arXiv:2103.06627", "https://github.com/IrvingMeng/MagFace"],
  },
  {
    kind: "paper",
    title: "NormFace: L2 Hypersphere Embedding for Face Verification",
    authors: ["Wang, Feng", "Xiang, Xiang", "Cheng, Jian", "Yuille, Alan L."],
    year: 2017,
    venue: "ACM International Conference on Multimedia",
    ids: ["doi:10.1145/3123266.3123359", "arXiv:1704.06369"],
  },
  {
    kind: "paper",
    title: "SphereFace: Deep Hypersphere Embedding for Face Recognition",
    authors: ["Liu, Weiyang", "Wen, Yandong", "Yu, Zhiding", "Li, Ming", "Raj, Bhiksha", "Song, Le"],
    year: 2017,
    venue: "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
    ids: ["doi:10.1109/CVPR.2017.713", "arXiv:1704.08063"],
  },
  {
    kind: "article",
    title: "SphereFace Revived: Unifying Hyperspherical Face Recognition",
    authors: ["Liu, Weiyang", "Wen, Yandong", "Raj, Bhiksha", "Singh, Rita", "Weller, Adrian"],
    year: 2023,
    venue: "IEEE Transactions on Pattern Analysis and Machine Intelligence",
    volume: "45",
    issue: "2",
    pages: "2458-2474",
    ids: ["doi:10.1109/TPAMI.2022.3159732", "arXiv:2109.05565"],
  },
  {
    kind: "paper",
    title: "SphereFace2: Binary Classification is All You Need for Deep Face Recognition",
    authors: ["Wen, Yandong", "Liu, Weiyang", "Weller, Adrian", "Raj, Bhiksha", "Singh, Rita"],
    year: 2022,
    venue: "International Conference on Learning Representations (ICLR)",
    ids: ["arXiv:2108.01513", "https://github.com/ydwen/opensphere"],
  },
  {
    kind: "paper",
    title: "Sub-center ArcFace: Boosting Face Recognition by Large-Scale Noisy Web Faces",
    authors: ["Deng, Jiankang", "Guo, Jia", "Liu, Tongliang", "Gong, Mingming", "Zafeiriou, Stefanos"],
    year: 2020,
    venue: "European Conference on Computer Vision (ECCV)",
    ids: [
      "doi:10.1007/978-3-030-58621-8_43",
      "https://www.ecva.net/papers/eccv_2020/papers_ECCV/html/4125_ECCV_2020_paper.php",
    ],
  },
  {
    kind: "paper",
    title: "FaceNet: A Unified Embedding for Face Recognition and Clustering",
    authors: ["Schroff, Florian", "Kalenichenko, Dmitry", "Philbin, James"],
    year: 2015,
    venue: "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
    ids: ["arXiv:1503.03832"],
  },
  {
    kind: "paper",
    title: "UniFace: Unified Cross-Entropy Loss for Deep Face Recognition",
    authors: ["Zhou, Jiancan", "Jia, Xi", "Li, Qiufu", "Shen, Linlin", "Duan, Jinming"],
    year: 2023,
    venue: "IEEE/CVF International Conference on Computer Vision (ICCV)",
    ids: [
      "https://openaccess.thecvf.com/content/ICCV2023/html/Zhou_UniFace_Unified_Cross-Entropy_Loss_for_Deep_Face_Recognition_ICCV_2023_paper.html",
    ],
  },
];
