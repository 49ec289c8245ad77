import { serve } from "../host/server";
import { dockerProvider } from "./provider";

void serve(dockerProvider());
