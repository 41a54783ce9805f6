// What other rooms show of the pipeline.
export { PipelineStrip } from './pipeline-strip.tsx';
