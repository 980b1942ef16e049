export class PeerTable {}
