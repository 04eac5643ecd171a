// The console: pages to look at, of what the server answers.
import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";

const place = document.getElementById("console");
if (!place) throw new Error("the page has no element #console");
mount(App, { target: place });
