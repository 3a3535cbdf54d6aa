// Builds what runs from a bundle: the page on the wall, the Electron program, and the kiosk's player. The rest runs from its
// sources.
import { bundleKiosk, bundleMain } from './bundle-main.ts'
import { bundleScreen } from './bundle-screen.ts'

await Promise.all([bundleScreen(), bundleMain(), bundleKiosk()])
