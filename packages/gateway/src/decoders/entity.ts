/** What one value of a node is. The words are Home Assistant's, where it has one. */
export type Entity =
  | SensorEntity
  | BinarySensorEntity
  | SwitchEntity
  | NumberEntity
  | SelectEntity
  | TextEntity
  | ButtonEntity
  | LightEntity
  | EventEntity;

/** What all entities have. */
export interface EntityBase {
  /** Of `values`, of an event, or of a command. */
  readonly key: string;
  /** For people. Left out: made from the key. */
  readonly name?: string;
  /** Home Assistant's device class, such as `temperature`. */
  readonly deviceClass?: string;
  /** `diagnostic`: about the node itself, not about what it measures. */
  readonly category?: "diagnostic" | "config";
}

/** A value that is only read. */
export interface SensorEntity extends EntityBase {
  /** Home Assistant's word for a value that is only read. */
  readonly platform: "sensor";
  /** Such as `°C`. */
  readonly unit?: string;
  /** Of numbers: what statistics can be made of them. Left out: none. */
  readonly stateClass?: "measurement" | "total" | "total_increasing";
}

/** Its value is true or false. */
export interface BinarySensorEntity extends EntityBase {
  /** Home Assistant's word for a value that is true or false. */
  readonly platform: "binary_sensor";
}

/** Can be set to true and false. */
export interface SwitchEntity extends EntityBase {
  /** Home Assistant's word for what can be switched on and off. */
  readonly platform: "switch";
}

/** Can be set to true and false, and its brightness to a number. */
export interface LightEntity extends EntityBase {
  /** Home Assistant's word for a light. */
  readonly platform: "light";
  /** Left out: its brightness cannot be set. */
  readonly brightness?: {
    /** The key of the value that is its brightness. */
    readonly key: string;
    /** The greatest brightness; 0 is the least. */
    readonly scale: number;
  };
}

/** Can be set to a number. */
export interface NumberEntity extends EntityBase {
  /** Home Assistant's word for a number that can be set. */
  readonly platform: "number";
  /** Such as `%`. */
  readonly unit?: string;
  /** The least value. */
  readonly min: number;
  /** The greatest value. */
  readonly max: number;
  /** From one value to the next. */
  readonly step: number;
}

/** Can be set to one of some texts. */
export interface SelectEntity extends EntityBase {
  /** Home Assistant's word for a choice. */
  readonly platform: "select";
  /** The texts to choose from. */
  readonly options: readonly string[];
}

/** Can be set to any text. */
export interface TextEntity extends EntityBase {
  /** Home Assistant's word for a text that can be set. */
  readonly platform: "text";
}

/** Can be pressed, and has no value. */
export interface ButtonEntity extends EntityBase {
  /** Home Assistant's word for what can be pressed. */
  readonly platform: "button";
  /** What the key is set to when it is pressed. */
  readonly payload: string;
}

/** Happens, and has no value. */
export interface EventEntity extends EntityBase {
  /** Home Assistant's word for what happens and leaves no value. */
  readonly platform: "event";
  /** What can happen, such as `press`. */
  readonly eventTypes: readonly string[];
}
