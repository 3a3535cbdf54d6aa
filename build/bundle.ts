// Builds what runs from a bundle: the page on the wall, and the Electron app. The rest runs from its sources.
import { bundleMain } from './bundle-main.ts'
import { bundleScreen } from './bundle-screen.ts'

await Promise.all([bundleScreen(), bundleMain()])
