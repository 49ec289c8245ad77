import { serve } from "../host/server";
import { randomProvider } from "./provider";

void serve(randomProvider());
