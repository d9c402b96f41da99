/**
 * Manuals and pages that plugins name as their reference, because they say how a format or a step is defined. Readers of a
 * paper have no use for them: they are known, and not cited.
 *
 * @module
 */
import type { Work } from "./work.ts";

const PAGES: Readonly<Record<string, string>> = {
  "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html": "torch.optim.SGD",
  "https://en.wikipedia.org/wiki/Cross-correlation#Zero-normalized_cross-correlation_(ZNCC)":
    "Zero-normalized cross-correlation",
  "https://en.wikipedia.org/wiki/Rec._601": "Rec. 601",
  "https://github.com/webdataset/webdataset": "WebDataset",
  "https://huggingface.co/docs/datasets/about_dataset_features": "Dataset features",
  "https://mlflow.org/docs/latest/rest-api.html": "MLflow REST API",
  "https://mxnet.apache.org/versions/1.9.1/api/faq/recordio": "Create a Dataset Using RecordIO",
  "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html": "numpy.lib.format",
  "https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html": "KFold",
  "https://www.rfc-editor.org/rfc/rfc4180": "RFC 4180",
  "https://www.tensorflow.org/tensorboard": "TensorBoard",
};

/** Manuals and pages. */
export const PAGE_WORKS: readonly Work[] = Object.entries(PAGES).map(([url, title]): Work => ({
  kind: "page",
  title,
  authors: [],
  year: null,
  ids: [url],
}));
