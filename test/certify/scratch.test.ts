import { test } from 'vitest'
import { gaussianMatrix, normal, stream } from '/work/main/src/random/index.ts'
import { normUpperBound, cholesky } from '/work/main/src/linalg/index.ts'
import { matmul, add, mul } from '/work/main/src/ops/index.ts'
import { Tensor } from '/work/main/src/array/index.ts'
import { twoLayer, activations } from '/work/main/src/nets/index.ts'
import { strongest, attack } from '/work/main/src/attacks/index.ts'
const time = (s: string, f: () => unknown) => { for (let i=0;i<3;i++){const t=performance.now(); const v=f(); console.log(s, (performance.now()-t).toFixed(1), v instanceof Tensor ? '' : v)} }
test('x', async () => {
  for (const m of [256,1024]) {
    const W = gaussianMatrix(stream(1,'w'), m, 256)
    time('norm '+m, () => normUpperBound(W))
    let G: Tensor
    time('gram '+m, () => (G = matmul(W, W, {transposeA:true})))
    const n=256; const data = new Float64Array(n*n); const g=G!.data
    for (let i=0;i<n;i++) for(let j=0;j<n;j++) data[i*n+j]=(i===j?9.5:0)-g[i*n+j]!
    time('chol '+m, () => cholesky(new Tensor(data,[n,n],'f64')))
    const net = twoLayer({inputs:256,width:m,activation:activations.relu}, stream(3,'net'))
    const x = new Tensor(normal(stream(4,'x'),256),[256],'f64'); const X = new Tensor(x.storage(),[1,256],'f64')
    const I = new Float64Array(n*n); for(let i=0;i<n;i++) I[i*n+i]=1
    time('I '+m, () => net.hidden(new Tensor(I,[n,n],'f64')))
    for (const name of ['gradient-step','deepfool','super-deepfool','ddn','fmn','fab','apgd-minimal'] as const) for (let k=0;k<2;k++){ const t=performance.now(); const [r]=await attack(name, net, X); console.log(name, m, performance.now()-t, r!.norm, r!.status) }
    const t=performance.now(); const [r]=await strongest(net, X); console.log('strongest', m, performance.now()-t, r!.norm, r!.witness, r!.norms)
  }
}, 100000)
