"""Other readings of the algorithm than the reference's own."""
import wire


class Reading:
    """Another reading of the algorithm, to say what a peer's answer rests on (peer_rules.py). The default is ours."""

    def __init__(self, own_zone=False, occluded=False, hashes=False, children=False, lower_cut=False,
                 follow_cname=False, no_nsec=False, ds_below=False, no_ds=False,
                 lower_dname=False, no_parameters=False,
                 follow_dname=False, additional=False):
        self.additional = additional  # optional additional records are sent (zonec compile --additional)
        self.own_zone = own_zone  # aliases are followed within the zone they are in
        self.occluded = occluded  # names below a DNAME are found
        self.hashes = hashes      # owners of NSEC3 records exist
        self.children = children  # names of the zones above and below exist in this one too
        self.lower_cut = lower_cut  # of two cuts one below the other, the lower is referred to
        self.lower_dname = lower_dname  # so for two DNAMEs, or a DNAME and a wildcard below it
        self.no_parameters = no_parameters  # NSEC3PARAM is no RRset of the zone
        self.ds_below = ds_below    # DS is looked up below a cut
        self.no_ds = no_ds          # DS that is not signed is not found
        self.follow_cname = follow_cname  # an alias at a wildcard is followed when QTYPE is CNAME, too
        self.follow_dname = follow_dname  # and the CNAME that a DNAME makes
        self.no_nsec = no_nsec    # NSEC records are not found without DO and by way of a wildcard

    def hides(self, zone, place, node, kind, do):
        """Whether a type is not looked up, though the name has it. `place`: as Zone.place has it."""
        return (kind == wire.CNAME and self.follow_cname and place == "wildcard" or
                kind == wire.NSEC and self.no_nsec and (not do or place == "wildcard") or
                kind == wire.DS and self.no_ds and wire.DS not in zone.signatures.get(node, {}) or
                kind == wire.NSEC3PARAM and self.no_parameters)
