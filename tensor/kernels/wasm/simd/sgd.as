// Stochastic gradient descent: g ← s·g + λ p, v ← μ v + g in place, to ← p − η v, or p − η (g + μ v) with Nesterov.
export function sgd(
  p: usize, v: usize, g: usize, to: usize, count: i32, rate: f32, momentum: f32, decay: f32, factor: f32, nesterov: i32,
): void {
  const bytes = <usize>count << 2, eta = f32x4.splat(rate), mu = f32x4.splat(momentum);
  const lambda = f32x4.splat(decay), s = f32x4.splat(factor);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const value = v128.load(p + i);
    let step = f32x4.add(f32x4.mul(v128.load(g + i), s), f32x4.mul(value, lambda));
    if (v) {
      const velocity = f32x4.add(f32x4.mul(v128.load(v + i), mu), step);
      v128.store(v + i, velocity);
      step = nesterov ? f32x4.add(step, f32x4.mul(velocity, mu)) : velocity;
    }
    v128.store(to + i, f32x4.sub(value, f32x4.mul(step, eta)));
  }
  for (; i < bytes; i += 4) {
    const value = load<f32>(p + i);
    let step = load<f32>(g + i) * factor + value * decay;
    if (v) {
      const velocity = load<f32>(v + i) * momentum + step;
      store<f32>(v + i, velocity);
      step = nesterov ? step + velocity * momentum : velocity;
    }
    store<f32>(to + i, value - step * rate);
  }
}
