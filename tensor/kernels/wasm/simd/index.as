// What the module exports. A new source file needs one line here, then `deno task simd`.
export * from "./norm";
export * from "./norm_pool";
export * from "./prelu";
export * from "./pool";
export * from "./patches";
export * from "./dropout";
export * from "./sgd";
export * from "./classes";
export * from "./gemm";
export * from "./winograd";
export * from "./winograd_large";
export * from "./depthwise";
