import { openDesk } from './embedded.ts';
import { trainFirstModel } from '../training/first-model.ts';
import { systemClock } from '../ports/clock.ts';
import { createSimulator } from '../simulator/simulator.ts';
const t0=performance.now();
const desk = await openDesk({ dataDir:'/tmp/t/var', clock: systemClock, firstModel: (s)=>trainFirstModel(s,{preset:'default',seed:1,endMs:Date.now(),liveRate:20}), onNotice: console.log, onFailure: (e)=>{console.error(e); process.exit(1);} });
console.log(JSON.stringify(desk.engine.scorer.info.heldOut), JSON.stringify(desk.engine.scorer.info.thresholds)); console.log('open', ((performance.now()-t0)/1000).toFixed(2));
const sim = createSimulator({seed:1, rate:20, startMs: Date.now()-1000, idPrefix:`x${Date.now()}-`, accounts: desk.engine.state.account.size});
let lat:number[]=[];
for(let i=0;i<200;i++){ const t=performance.now(); await desk.decide(sim.next().transaction); lat.push(performance.now()-t);} lat.sort((a,b)=>a-b); console.log('p50',lat[100],'p99',lat[197]);
const N=60000; const t=performance.now();
for(let i=0;i<N;i+=500){ while(desk.backlog>5000) await new Promise(r=>setTimeout(r,5)); await desk.accept(Array.from({length:500},()=>sim.next().transaction)); }
await desk.settled();
console.log('tx/s', N/((performance.now()-t)/1000), 'engine p50', desk.measurements.engine.percentile(.5,Date.now()), desk.measurements.engine.percentile(.99,Date.now()), 'commit', desk.measurements.commit.percentile(.5,Date.now()), 'append', desk.measurements.append.percentile(.5,Date.now()));
console.log(await desk.query("select left(top_reason,60) r,count(*) c, min(score), max(score) from fraud_alerts group by 1 order by 2 desc limit 25"));
console.log(await desk.query('select count(*), max(seq) from transactions'), await desk.query('select outcome,count(*) from transactions group by 1'));
const tc=performance.now(); await desk.close(); console.log('close', performance.now()-tc, process.memoryUsage().rss/1e6);
