import type { Claim } from './claim.ts'
import { stepCells, type StepCell } from './single-gradient-step/cells.ts'
import { stepControls } from './single-gradient-step/controls.ts'
import { stepExperiment, type StepMeasurement } from './single-gradient-step/experiment.ts'
import { stepFigures } from './single-gradient-step/figures.ts'
import { stepPredictions } from './single-gradient-step/predictions.ts'

/*
 * One gradient step flips a random two-layer network.
 *
 * Bubeck, Cherapanamjeri, Gidel & Tachet des Combes, "A single gradient step finds adversarial examples on
 * random two-layers neural networks" (NeurIPS 2021, arXiv:2104.03863), Theorem 1: with high probability
 * |f(x)| is of order 1 and yet one step δ = η∇f(x) of length ‖δ‖ ≃ ‖x‖/√d changes the sign of f. Montanari &
 * Wu, "Adversarial examples in random neural networks with general activations" (SIAM J. Math. Data Sci.
 * 2023, arXiv:2203.17209): the same for general locally Lipschitz activations, without any restriction on the
 * width.
 *
 *     k, m          width                  ψ, σ     activation
 *     d             inputs                 a_j      output, ±1 with equal probability
 *     w_j           weights, N(0, I_d/d)   x        the vector of ones, ‖x‖ = √d, independent of the weights
 *     f(x)          value                  η, s_d   step, a multiple of the gradient; -sign(f(x)) s in the theorem
 *
 * The papers give no constants that can be measured. What is judged is derived: with q = Eσ(G)² and p =
 * Eσ′(G)² for a standard normal G, f(x′) - f(x) → -sp for x′ = x - sign(f(x)) s∇f(x) as d and m grow at any
 * relative rate, while f(x) tends to N(0, q). Therefore
 *
 *     P(sign f(x′) ≠ sign f(x)) → erf(s p/√(2q)),       smallest flipping step / ‖x‖ → |N(0, 1)| √(q/p)/√d,
 *
 * so that a k-sigma step, s = k√q/p, flips with probability erf(k/√2). In small cells the judge is the exact
 * law (★) of (f(x), ‖∇f‖, f(x′)), which holds for every d ≥ 2 and m ≥ 1: see `sampleStepLaw`. sign(0) is not
 * a flip.
 *
 * A run can refute this law at the sizes tried, or show agreement there within the margins; it proves neither
 * theorem, and says nothing about trained networks.
 */
export const singleGradientStep: Claim<StepCell, StepMeasurement> = {
  id: 'single-gradient-step',
  title: 'One gradient step of relative length 1/√d flips a random two-layer network',
  source: {
    kind: 'derived',
    where:
      'sharp form of Theorem 1 of Bubeck, Cherapanamjeri, Gidel & Tachet des Combes 2021, and of the main result of Montanari & Wu 2023 (arXiv:2203.17209)',
    url: 'https://arxiv.org/abs/2104.03863',
  },
  statement: {
    text: 'For random weights and a fixed x with ‖x‖ = √d, the step x′ = x - sign(f(x)) s∇f(x) of k standard deviations, s = k√q/p, changes the sign of f with probability tending to erf(k/√2) as d and m grow, and the smallest such step has relative length |N(0, 1)|√(q/p)/√d in the limit.',
    formula: 'P(sign f(x′) ≠ sign f(x)) → erf(s p / √(2q)),  q = E σ(G)²,  p = E σ′(G)²',
  },
  symbols: {
    'k (Bubeck et al.), m (Montanari & Wu)': 'width',
    d: 'inputs',
    'ψ, σ': 'activation',
    a_j: 'output',
    'w_j ~ N(0, I_d/d)': 'weights',
    x: 'the vector of ones, ‖x‖ = √d',
    'f(x)': 'value',
    'η, s': 'a multiple of sigmaStep = √q/p',
    'sign f(x) · f(x′)': 'after2, at two sigma',
  },
  shows: {
    can: 'that flip fractions, typical step lengths and their scaling agree with the limit law at the sizes tried (up to d = m = 10^6, twelve activations), and with the exact law (★) in small cells',
    cannot:
      'the theorems themselves, whose constants are unspecified, nor anything about trained networks or about inputs that depend on the weights',
  },
  weight: 1 / 8,
  expected: 'supported',
  hypotheses: [
    {
      id: 'large',
      says: 'min(d, m) ≥ 256, for the limit law',
      holds: ({ inputs, width }) => Math.min(inputs, width) >= 256,
    },
    { id: 'centred', says: 'E a = 0', holds: ({ output }) => output !== 'half-normal' },
    { id: 'unbiased', says: 'no output bias', holds: ({ bias }) => bias === 0 },
    {
      id: 'lipschitz',
      says: 'σ locally Lipschitz and not constant: q finite, 0 < p < ∞',
      holds: ({ activation }) => activation !== 'heaviside',
    },
    {
      id: 'resolved',
      says: 'a typical step is short: √(q/p) ≤ √d/6',
      holds: ({ inputs, unit }) => unit <= Math.sqrt(inputs) / 6,
    },
    { id: 'independent', says: 'x does not depend on the weights', holds: ({ point }) => point === 'fixed' },
    {
      id: 'against',
      says: 'the step goes along -sign(f(x))∇f(x)',
      holds: ({ direction }) => direction === 'against',
    },
    {
      id: 'formula',
      says: '(★) is evaluated at the network’s own width',
      holds: ({ width, starWidth }) => starWidth === width,
    },
  ],
  cells: stepCells,
  experiment: stepExperiment,
  predictions: stepPredictions,
  controls: stepControls,
  figures: stepFigures,
}
