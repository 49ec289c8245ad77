import { serve } from "../host/server";
import { nomadProvider } from "./provider";

void serve(nomadProvider());
