// The page's microphone as the caller's line: 16 kHz, one channel, frames of 20 ms over the socket. The browser's own
// sound cures are off, because they change the words the engine hears.
import { onScopeDispose, ref } from "vue";

import { ask, tell } from "@/shared/socket";

import workletUrl from "./frames.worklet.js?url";

const SAMPLE_RATE_HZ = 16_000;

export type MicrophoneTrouble = "insecure" | "denied" | "missing" | "refused";

interface Line {
  callId: string;
  context: AudioContext;
  stream: MediaStream;
}

function trouble(error: unknown): MicrophoneTrouble {
  const name = (error as Error).name;
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "NotReadableError" ? "missing" : "refused";
}

export function useMicrophone() {
  const speakingCall = ref<string | null>(null);
  const problem = ref<MicrophoneTrouble | null>(null);
  let line: Line | null = null;

  async function start(callId: string): Promise<void> {
    await stop();
    problem.value = null;
    if (!navigator.mediaDevices) {
      problem.value = "insecure";
      return;
    }
    try {
      line = await open(callId);
      speakingCall.value = callId;
    } catch (error) {
      problem.value = trouble(error);
    }
  }

  async function stop(): Promise<void> {
    if (!line) return;
    const ending = line;
    line = null;
    speakingCall.value = null;
    for (const track of ending.stream.getTracks()) track.stop();
    await ending.context.close();
    await ask("mic.stop", { call_id: ending.callId }).catch(() => undefined);
  }

  onScopeDispose(() => void stop());
  return { speakingCall, problem, start, stop };
}

async function open(callId: string): Promise<Line> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  try {
    const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ });
    await context.audioWorklet.addModule(workletUrl);
    await ask("mic.start", { call_id: callId, sample_rate: SAMPLE_RATE_HZ });
    const frames = new AudioWorkletNode(context, "frames", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    frames.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => tell("mic.frame", callId, data);
    context.createMediaStreamSource(stream).connect(frames);
    return { callId, context, stream };
  } catch (error) {
    for (const track of stream.getTracks()) track.stop();
    throw error;
  }
}
