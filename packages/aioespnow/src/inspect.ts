/**
 * Explains captured frames, one by one, to people and to programs. Runs in browsers.
 *
 * @module aioespnow/inspect
 */
export { FrameExplainer, type FrameExplanation, type FrameHeader } from "./inspect/frame-explainer.ts";
